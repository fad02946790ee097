// SPDX-License-Identifier: Apache-2.0
//
// sipsteer wait, and drain --wait.
#include "cli_daemon.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

TEST_CASE("sipsteer wait: until the state is there", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "wait p/s down").output == "p/s: down\n");
    const auto late = run(daemon, "wait p/late up");
    CHECK(late.exit_code == 0);
    CHECK(late.output == "p/late: up\n");
    CHECK(run(daemon, "wait p/drained drained --timeout 1h").output == "p/drained: drained\n");
    const auto as_json = run(daemon, "wait p/s down -o json");
    CHECK(json::parse(as_json.output)["status"]["health"] == "down");
}

TEST_CASE("sipsteer wait: the time runs out", "[cli]") {
    const Daemon daemon;
    const auto up = run(daemon, "wait p/s up --timeout 1ms");
    CHECK(up.exit_code == 4);
    CHECK(up.output == "sipsteer: p/s is not up after 1ms: down\n");
    const auto drained = run(daemon, "wait p/draining drained --timeout 1500ms");
    CHECK(drained.exit_code == 4);
    CHECK(drained.output == "sipsteer: p/draining is not drained after 1500ms: 3 calls left\n");
}

TEST_CASE("sipsteer wait: what cannot come", "[cli]") {
    Daemon daemon;
    const auto enabled = run(daemon, "wait p/s drained");
    CHECK(enabled.exit_code == 1);
    CHECK(enabled.output == "sipsteer: p/s does not drain, it is enabled\n");
    CHECK(run(daemon, "wait odd/s up").exit_code == 1);
    CHECK(run(daemon, "wait p/s sideways").exit_code == 2);
    CHECK(run(daemon, "wait p/s").exit_code == 2);
    CHECK(run(daemon, "wait p/s up --timeout soon").exit_code == 2);
    CHECK(run(daemon, "wait nobody up").exit_code == 1);
    CHECK(run(daemon, "--api /nonexistent wait p/s up").exit_code == 3);
}

TEST_CASE("sipsteer drain --wait", "[cli]") {
    Daemon daemon;
    const auto drained = run(daemon, "drain p/drained --wait");
    CHECK(drained.exit_code == 0);
    CHECK(drained.output == "p/drained: draining\np/drained: drained\n");
    CHECK(json::parse(run(daemon, "drain p/drained --wait -o json").output)["admin"] == "draining");
}
