// SPDX-License-Identifier: Apache-2.0
//
// Whether the daemon lives, and whether it is ready.
#include "api_tcp.hpp"

#include "api/health_routes.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

TEST_CASE("ready is who lacks nothing") {
    std::vector<std::string> missing;
    Router router;
    add_health_routes(router, [&] { return missing; });
    const auto ask = [&](const std::string &target) {
        Request request{"GET", *parse_target(target), {}, {}};
        return http::test::answer_of(router, request);
    };
    CHECK(ask("/readyz").status == 200);
    CHECK(json::parse(ask("/readyz").body) == json{{"status", "ready"}});
    missing = {"interface eth0: the program is not attached", "the maps are not written"};
    CHECK(ask("/readyz").status == 503);
    CHECK(json::parse(ask("/readyz").body)["detail"] ==
          "not ready: interface eth0: the program is not attached; the maps are not written");
    CHECK(ask("/healthz").status == 200);
    CHECK(ask("/healthz?x=1").status == 400);
}

TEST_CASE("who watches needs no token") {
    const RunningTcp server;
    CHECK(server.ask(get("/healthz")).result_int() == 404); // not of this router, but not refused
    CHECK(server.ask(get("/readyz")).result_int() == 404);
    CHECK(server.ask(put("/readyz", "")).result_int() == 401);
    CHECK(server.ask(get("/readyz/x")).result_int() == 401);
}
