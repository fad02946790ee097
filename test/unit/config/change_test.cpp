// SPDX-License-Identifier: Apache-2.0
//
// What a change of the configuration changes, and what only a start can change.
#include "config_cases.hpp"

#include "config/cursor.hpp"
#include "config/difference.hpp"
#include "config/fixed.hpp"
#include "config/pointer.hpp"

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

json difference_of(const Change &change) {
    const auto next = parse(changed(good(), change));
    REQUIRE(texts(next).empty());
    return difference(*parse(good()), *next);
}

const json kNothing = {
    {"added", json::array()}, {"removed", json::array()}, {"changed", json::array()}};

} // namespace

TEST_CASE("the same configuration is no difference") {
    const auto config = parse(good());
    const json none = difference(*config, *config);
    CHECK_FALSE(is_different(none));
    CHECK(none == json{{"settings", json::array()},
                       {"services", kNothing},
                       {"pools", kNothing},
                       {"servers", kNothing}});
}

TEST_CASE("a difference names what is added, removed and changed") {
    const json weight = difference_of({"/pools/0/servers/1/weight", "7"});
    CHECK(is_different(weight));
    CHECK(weight["servers"]["changed"] ==
          json::parse(R"([{"pool": "proxies", "server": "b", "fields": ["weight"]}])"));
    CHECK(weight["pools"] == kNothing); // a pool's servers are not its fields

    const json gone =
        difference_of({"/pools/0/servers", R"([{"name": "a", "address": "198.51.100.11"}])"});
    CHECK(gone["servers"]["removed"] == json::parse(R"([{"pool": "proxies", "server": "b"}])"));
    const json more =
        difference_of({"/pools/0/servers/2", R"({"name": "c", "address": "198.51.100.13"})"});
    CHECK(more["servers"]["added"] == json::parse(R"([{"pool": "proxies", "server": "c"}])"));

    CHECK(difference_of({"/pools/0/scheduler", R"("round-robin")"})["pools"]["changed"] ==
          json::parse(R"([{"pool": "proxies", "fields": ["scheduler"]}])"));
    // A field that only one of them has is one that differs.
    CHECK(difference_of({"/services/0/vip_interface", R"("eth0")"})["services"]["changed"] ==
          json::parse(R"([{"service": "sip", "fields": ["vip_interface"]}])"));
    CHECK(difference_of({"/log_level", R"("debug")"})["settings"] == json{"log_level"});
}

TEST_CASE("what only a start can change is named, and kept") {
    const auto now = parse(good());
    json document = good();
    document["interfaces"][0]["mode"] = "generic";
    document["vlan_tags"] = json::parse(R"([{"name": "eth0", "id": 5}])");
    document["pin_dir"] = "/a";
    document["state_dir"] = "/b";
    document["api"]["socket"] = "/c";
    document["fragments"]["timeout"] = "2s";
    document["cluster"] = {
        {"name", "c"}, {"director", "d"}, {"redis", {{"addresses", {"/redis.sock"}}}}};
    document["log_level"] = "debug";
    const auto next = parse(document);
    REQUIRE(texts(next).empty());
    CHECK(fixed_differences(*now, *next) ==
          Texts{"interfaces", "vlan_tags", "pin_dir", "state_dir", "api", "fragments", "cluster"});
    CHECK(fixed_differences(*next, *now).size() == 7);
    Config kept = *next;
    keep_fixed(*now, kept);
    CHECK(fixed_differences(*now, kept).empty());
    CHECK(kept.log_level == "debug");
}

TEST_CASE("an error's path is a JSON pointer, too") {
    CHECK(json_pointer("").empty());
    CHECK(json_pointer("log_level") == "/log_level");
    CHECK(json_pointer("pools[0].servers[12].weight") == "/pools/0/servers/12/weight");
    CHECK(json_pointer(R"(["a.b"])") == "/a.b");
    CHECK(json_pointer(R"(api["x/y~z"].w)") == "/api/x~1y~0z/w");
    CHECK(json_pointer(R"(pools[1]["]\"["])") == R"(/pools/1/]"[)");
    CHECK(json_pointer(field_path("api", std::string(200, '/'))) == "/api"); // cut short
}
