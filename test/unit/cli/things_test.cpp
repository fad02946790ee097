// SPDX-License-Identifier: Apache-2.0
//
// sipsteer set, add, delete, rehome and log-level.
#include "cli_daemon.hpp"

#include "cli/assignments.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;
using namespace std::string_literals;
using sipsteer::cli::Noun;
using sipsteer::cli::read_assignments;

TEST_CASE("FIELD=VALUE: texts and other values, by the schema", "[cli]") {
    const auto read = [](Noun noun, const std::vector<std::string> &words) {
        const auto patch = read_assignments(noun, words);
        INFO((patch ? "" : patch.error().message));
        REQUIRE(patch.ok());
        return *patch;
    };
    CHECK(read(Noun::Server, {"weight=50", "admin=draining", "drain_timeout="}) ==
          json{{"weight", 50}, {"admin", "draining"}, {"drain_timeout", nullptr}});
    CHECK(read(Noun::Server, {"address=2001:db8::1", "weight=1", "weight=2"}) ==
          json{{"address", "2001:db8::1"}, {"weight", 2}});
    CHECK(read(Noun::Pool, {"probe.interval=2s", "probe.fall=4", "probe.jitter=0.25"}) ==
          json{{"probe", {{"interval", "2s"}, {"fall", 4}, {"jitter", 0.25}}}});
    CHECK(read(Noun::Pool, {"probe.accept=any"})["probe"]["accept"] == "any");
    CHECK(read(Noun::Pool, {"probe.accept=[200, \"400-499\"]"})["probe"]["accept"] ==
          json{200, "400-499"});
    CHECK(read(Noun::Service, {"method_pools=[]"})["method_pools"] == json::array());
}

TEST_CASE("FIELD=VALUE: an error names field and value", "[cli]") {
    const auto error = [](Noun noun, const std::string &word) {
        const auto patch = read_assignments(noun, {word});
        REQUIRE_FALSE(patch.ok());
        return patch.error().message;
    };
    CHECK(error(Noun::Server, "wieght=1") ==
          "there is no field \"wieght\"; did you mean \"weight\"?");
    CHECK_THAT(error(Noun::Service, "x=1"), Catch::Contains("\"x\"; write one of address, "));
    CHECK(error(Noun::Pool, "probe.intervall=1s") ==
          "there is no field \"probe.intervall\"; did you mean \"interval\"?");
    CHECK_THAT(error(Noun::Server, "weight.x=1"), Catch::Contains("no field \"weight.x\""));
    CHECK(error(Noun::Server, "weight=heavy") == "weight: \"heavy\" is not a number");
    CHECK(error(Noun::Pool, "probe=1") == "probe: \"1\" is not a JSON object");
    CHECK(error(Noun::Service, "method_pools=x") == "method_pools: \"x\" is not a JSON array");
    CHECK(error(Noun::Server, "weight") == "\"weight\" is not FIELD=VALUE");
    CHECK(error(Noun::Server, "=1") == "\"=1\" is not FIELD=VALUE");
}

TEST_CASE("sipsteer set: a merge patch, and each field with old and new value", "[cli]") {
    Daemon daemon;
    const auto set = run(daemon, "set proxies/proxy1 weight=50");
    CHECK(set.exit_code == 0);
    CHECK(set.output == "changed:\n  server proxies/proxy1\n    weight: - -> 50\n");
    CHECK(daemon.asked() == "PATCH /v1/pools/proxies/servers/proxy1");
    CHECK(json::parse(daemon.body()) == json{{"weight", 50}});
    CHECK_THAT(run(daemon, "set proxy1 weight=60 --dry-run").output, // the only one of that name
               Catch::StartsWith("would change:"));
    CHECK(daemon.asked() == "PATCH /v1/pools/proxies/servers/proxy1 dry_run=true");
    CHECK(run(daemon, "set pool proxies scheduler=source -o json").exit_code == 0);
    CHECK(daemon.asked() == "PATCH /v1/pools/proxies");
    CHECK(run(daemon, "set service sip port=5070").exit_code == 0);
    CHECK(daemon.asked() == "PATCH /v1/services/sip");
    CHECK(run(daemon, "set server proxies/proxy1 tier=1").exit_code == 0);
}

TEST_CASE("sipsteer set: what is refused changes nothing", "[cli]") {
    Daemon daemon;
    for (const char *wrong :
         {"set", "set proxies/proxy1", "set proxies/proxy1 weight", "set proxies/proxy1 wieght=1",
          "set /proxy1 weight=1", "set pool proxies", "set server proxies/proxy1"}) {
        INFO(wrong);
        CHECK(run(daemon, wrong).exit_code == 2);
    }
    CHECK(run(daemon, "set nosuch weight=1").output == "sipsteer: there is no server \"nosuch\"\n");
    CHECK(run(daemon, "set prox1 weight=1").output ==
          "sipsteer: there is no server \"prox1\"; did you mean \"proxy1\"?\n");
    CHECK(daemon.asked().empty());
    const auto refused = run(daemon, "set proxies/proxy1 weight=70000");
    CHECK(refused.exit_code == 1);
    CHECK(refused.output ==
          "sipsteer: nothing changed: the daemon refuses the server proxies/proxy1\n"
          "  weight: out of bounds\n"
          "  /pools/0/tier_minimum: too many\n");
}

TEST_CASE("sipsteer add: fields of a file, and those of the command line over them", "[cli]") {
    Daemon daemon;
    const auto file = daemon.write("new", R"({"address": "192.0.2.1", "weight": 5})");
    CHECK(run(daemon, "add server p/s weight=7 -f " + file).exit_code == 0);
    CHECK(daemon.asked() == "POST /v1/pools/p/servers");
    CHECK(json::parse(daemon.body()) ==
          json{{"name", "s"}, {"address", "192.0.2.1"}, {"weight", 7}});
    CHECK(run(daemon, "add service t address=192.0.2.1 pool=p --dry-run").exit_code == 0);
    CHECK(daemon.asked() == "POST /v1/services dry_run=true");
    CHECK(run_shell("echo '{\"pool\": \"p\"}' | " +
                    sipsteer_command(daemon.socket(), "add service u -f -"))
              .exit_code == 0);
    CHECK(json::parse(daemon.body()) == json{{"name", "u"}, {"pool", "p"}});

    const auto other = daemon.write("other", R"({"name": "x"})");
    CHECK(run(daemon, "add server p/s -f " + other).output ==
          "sipsteer: " + other + ": name: \"x\" is not \"s\"\n");
    CHECK(run(daemon, "add server p/s -f " + daemon.write("bad", "[]")).exit_code == 2);
    CHECK(run(daemon, "add server p/s -f /nonexistent").exit_code == 2);
    CHECK(run(daemon, "add server s address=192.0.2.1").exit_code == 2); // which pool?
    CHECK(run(daemon, "add server nosuch/s address=192.0.2.1").output ==
          "sipsteer: there is no pool nosuch\n");
    CHECK(json::parse(daemon.body()) == json{{"name", "u"}, {"pool", "p"}});
}

TEST_CASE("sipsteer delete", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "delete server proxy1").exit_code == 0);
    CHECK(daemon.asked() == "DELETE /v1/pools/proxies/servers/proxy1");
    CHECK(run(daemon, "delete pool p --dry-run").exit_code == 0);
    CHECK(daemon.asked() == "DELETE /v1/pools/p dry_run=true");
    CHECK(run(daemon, "delete call 'a b' --pool p").output == "a b: removed, was early at p/b\n");
    CHECK(daemon.asked() == "DELETE /v1/calls/a%20b pool=p");
    CHECK(run(daemon, "delete").exit_code == 2);
    CHECK(run(daemon, "delete pool").exit_code == 2);
}

TEST_CASE("sipsteer rehome: a server's calls, or one call", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "rehome p/a").output == "p/a: its calls move to the other servers\n");
    CHECK(daemon.asked() == "POST /v1/pools/p/servers/a/rehome");
    CHECK(daemon.body().empty());
    CHECK(run(daemon, "rehome call c").output == "c: moved from p/a to p/b\n");
    CHECK(daemon.body().empty());
    CHECK(run(daemon, "rehome call c --to p/b").exit_code == 0);
    CHECK(daemon.asked() == "POST /v1/calls/c/rehome pool=p");
    CHECK(json::parse(daemon.body()) == json{{"server", "b"}});
    CHECK(run(daemon, "rehome call c --to b").exit_code == 0);
    CHECK(run(daemon, "rehome call c --to q/b --pool p").exit_code == 2);
    CHECK(run(daemon, "rehome").exit_code == 2);
}

TEST_CASE("sipsteer log-level", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "log-level").output == "debug; the configuration has info\n");
    CHECK(run(daemon, "log-level info").output == "info\n");
    CHECK(json::parse(daemon.body()) == json{{"log_level", "info"}});
    CHECK(run(daemon, "log-level loud").exit_code == 2);
}
