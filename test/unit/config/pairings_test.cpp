// SPDX-License-Identifier: Apache-2.0
//
// Fields of a pool that do not go together.
#include "config/warnings.hpp"
#include "config_cases.hpp"

#include <sipsteer/method.h>

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

/// The errors of the good configuration with the first pool's fields replaced by `fields`.
Texts errors_with(const char *fields) {
    json document = good();
    document["pools"][0].update(json::parse(fields));
    return texts(parse(document));
}

/// Likewise, with the fields of its first server replaced.
Texts errors_with_server(const char *mode, const char *fields) {
    json document = good();
    document["pools"][0]["mode"] = mode;
    document["pools"][0]["servers"][0].update(json::parse(fields));
    return texts(parse(document));
}

} // namespace

TEST_CASE("a stateless pool has schedulers that give each message of a call the same answer") {
    const std::string why = " needs mode \"stateful\": in a stateless pool two messages of a call "
                            "would reach two servers";
    for (const std::string name : {"round-robin", "weighted-round-robin", "least-calls"}) {
        const std::string stateless = R"({"mode": "stateless", "scheduler": ")" + name + "\"}";
        CHECK(errors_with(stateless.c_str()) ==
              Texts{"pools[0].scheduler: \"" + name + "\"" + why});
        const std::string stateful = R"({"mode": "stateful", "scheduler": ")" + name + "\"}";
        CHECK(errors_with(stateful.c_str()).empty());
    }
    for (const char *mode : {"stateless", "stateful"}) {
        for (const char *name : {"hash", "source"}) {
            const json fields = {{"mode", mode}, {"scheduler", name}};
            CHECK(errors_with(fields.dump().c_str()).empty());
        }
    }
}

TEST_CASE("the address of record needs a call table, and a ring that goes by it") {
    CHECK(errors_with(R"({"key": "address-of-record"})").empty());
    CHECK(errors_with(R"({"key": "address-of-record", "scheduler": "least-calls"})").empty());
    CHECK(errors_with(R"({"key": "address-of-record-or-request-uri"})").empty());
    CHECK(
        errors_with(R"({"key": "address-of-record-or-request-uri", "mode": "stateless"})").size() ==
        1);
    CHECK(errors_with(R"({"key": "address-of-record-or-request-uri", "scheduler": "source"})")
              .size() == 1);
    CHECK(errors_with(R"({"key": "address-of-record", "mode": "stateless"})") ==
          Texts{"pools[0].key: \"address-of-record\" needs mode \"stateful\": the call table finds "
                "the other messages of a dialog by their Call-ID"});
    for (const std::string name : {"round-robin", "weighted-round-robin", "source"}) {
        const std::string fields = R"({"key": "address-of-record", "scheduler": ")" + name + "\"}";
        CHECK(errors_with(fields.c_str()) ==
              Texts{"pools[0].key: \"address-of-record\" needs scheduler \"hash\" or "
                    "\"least-calls\": \"" +
                    name + "\" does not use the key"});
    }
    for (const char *mode : {"stateless", "stateful"}) {
        const json fields = {{"mode", mode}, {"key", "call-id-and-via"}};
        CHECK(errors_with(fields.dump().c_str()).empty());
    }
}

TEST_CASE("limits and drains need a call table") {
    const std::string counts_none = " needs mode \"stateful\": a stateless pool counts no calls";
    const std::string at = "pools[0].servers[0].";
    CHECK(errors_with_server("stateless", R"({"max_calls": 5})") ==
          Texts{at + "max_calls: 5" + counts_none});
    CHECK(errors_with_server("stateless", R"({"max_new_calls_per_second": 7})") ==
          Texts{at + "max_new_calls_per_second: 7" + counts_none});
    CHECK(errors_with_server("stateless", R"({"admin": "draining"})") ==
          Texts{at +
                "admin: \"draining\" needs mode \"stateful\": a stateless pool cannot keep calls"});
    CHECK(errors_with_server("stateless", R"({"max_calls": 0, "drain_timeout": "5m", "tier": 1,
                                              "max_new_calls_per_second": 0})")
              .empty());
    CHECK(errors_with_server("stateful", R"({"max_calls": 5, "max_new_calls_per_second": 7,
                                             "admin": "draining"})")
              .empty());
}

TEST_CASE("a pool cannot ask for more servers than it has") {
    CHECK(errors_with(R"({"quorum": 2, "tier_minimum": 2})").empty());
    CHECK(errors_with(R"({"quorum": 3})") ==
          Texts{"pools[0].quorum: 3 is more than the pool's 2 servers"});
    CHECK(errors_with(R"({"tier_minimum": 4})") ==
          Texts{"pools[0].tier_minimum: 4 is more than the pool's 2 servers"});
    CHECK(errors_with(R"({"quorum": 3, "servers": []})").empty()); // not ready yet
}

TEST_CASE("a field that is wrong already makes no second error for its pairing") {
    CHECK(errors_with(R"({"mode": "stateless", "scheduler": "round-robin",
                          "key": "address-of-record"})")
              .size() == 2);
    CHECK(errors_with(R"({"quorum": 0})") ==
          Texts{"pools[0].quorum: 0 is out of range: 1 to 4096"});
}

TEST_CASE("a pool of weights that are all 0 is good: it takes no new calls") {
    json document = good();
    document["pools"][0]["servers"][0]["weight"] = 0;
    document["pools"][0]["servers"][1]["weight"] = 0;
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    CHECK(warnings_about(*parsed) ==
          std::vector<FieldError>{
              {"pools[0].servers", "every server has weight 0; the pool takes no new calls"}});
    document["pools"][0]["servers"][1]["weight"] = 1;
    CHECK(warnings_about(*parse(document)).empty());
}

TEST_CASE("limits on new calls of a stateless pool are warned of") {
    json document = good();
    document["pools"][0]["mode"] = "stateless";
    CHECK(warnings_about(*parse(document)).empty());
    document["services"][0]["new_call_limits"]["per_network"]["per_minute"] = 60;
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    const auto warnings = warnings_about(*parsed);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].path == "services[0].new_call_limits");
    CHECK(warnings[0].message.ends_with("knows no new calls; nothing is limited"));
}

TEST_CASE("a phone that changes its Via is warned of where it may lose its server") {
    json document = good();
    document["pools"][0]["key"] = "call-id-and-via";
    CHECK(warnings_about(*parse(document)).empty());
    const auto *const field =
        GENERATE(R"({"scheduler": "round-robin"})", R"({"mode": "stateless"})");
    document["pools"][0].update(json::parse(field));
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    const auto warnings = warnings_about(*parsed);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].path == "pools[0].key");
    CHECK(warnings[0].message.starts_with("a phone behind a NAT may change its Via"));
}

TEST_CASE("one host as two servers of a pool is warned of: a frame has the port of the service") {
    json document = good();
    document["pools"][0]["servers"][1]["address"] = document["pools"][0]["servers"][0]["address"];
    document["pools"][0]["servers"][1]["port"] = 5070;
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    CHECK(warnings_about(*parsed) ==
          std::vector<FieldError>{{"pools[0].servers[1].address",
                                   "is also the address of pools[0].servers[0]; calls of both "
                                   "reach one host, at the port of the service"}});
}

TEST_CASE("the loopback interface is warned of: no client is there") {
    json document = good();
    document["interfaces"][0]["name"] = "lo";
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    CHECK(warnings_about(*parsed) ==
          std::vector<FieldError>{{"interfaces[0].name", "no packet of a client arrives on lo"}});
}

TEST_CASE("methods of one call that go to two pools are warned of") {
    Config config;
    config.pools.resize(2);
    config.pools[0].name = "proxies";
    config.pools[1].name = "others";
    Service service;
    service.name = "sip";
    service.pool = "proxies";
    config.services = {service};
    auto &pools = config.services[0].method_pools;
    CHECK(warnings_about(config).empty());
    pools = {{SS_METHOD_REGISTER, "others"}, {SS_METHOD_INVITE, "proxies"}};
    CHECK(warnings_about(config).empty());
    pools = {{SS_METHOD_INVITE, "others"}};
    CHECK(warnings_about(config) ==
          std::vector<FieldError>{
              {"services[0].method_pools",
               "INVITE goes to pool \"others\", but other methods of a call do not: ACK, BYE, "
               "CANCEL, PRACK, UPDATE; the messages of one call reach two servers"}});
    pools = {{SS_METHOD_INVITE, "others"},
             {SS_METHOD_ACK, "others"},
             {SS_METHOD_BYE, "others"},
             {SS_METHOD_PRACK, "others"},
             {SS_METHOD_UPDATE, "others"}};
    REQUIRE(warnings_about(config).size() == 1);
    CHECK(warnings_about(config)[0].message.find("do not: CANCEL;") != std::string::npos);
    pools.push_back({SS_METHOD_CANCEL, "others"});
    CHECK(warnings_about(config).empty());
    pools = {{SS_METHOD_CANCEL, "others"}};
    REQUIRE(warnings_about(config).size() == 1);
}

TEST_CASE("methods that come in dialogs, too, are warned of where dialogs are not known") {
    Config config;
    config.pools.resize(2);
    config.pools[0].name = "proxies";
    config.pools[1].name = "presence";
    Service service;
    service.pool = "proxies";
    service.method_pools = {{SS_METHOD_NOTIFY, "presence"}, {SS_METHOD_PUBLISH, "presence"}};
    config.services = {service};
    CHECK(warnings_about(config).empty());
    SECTION("stateless") {
        config.pools[0].mode = PoolMode::Stateless;
    }
    SECTION("by the Via, too") {
        config.pools[0].key = Key::CallIdAndVia;
    }
    config.services[0].method_pools.pop_back();
    REQUIRE(warnings_about(config).size() == 1);
    CHECK(warnings_about(config)[0].message ==
          "INVITE goes to pool \"proxies\", which does not know its dialogs by the Call-ID; NOTIFY "
          "of a dialog in it go to another pool");
}
