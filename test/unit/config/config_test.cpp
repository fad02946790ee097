// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing a configuration as a whole.
#include "config_cases.hpp"

#include "config/json_text.hpp"
#include "config/suggest.hpp"

#include <sipsteer/method.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

/// A file that is removed again.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string &content) {
        const int fd = ::mkstemp(name_);
        if (fd < 0) {
            throw std::runtime_error("mkstemp failed");
        }
        ::close(fd);
        std::ofstream(name_) << content;
    }
    ~TemporaryFile() { std::remove(name_); }
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;
    std::string path() const { return name_; }

private:
    char name_[32] = "/tmp/sipsteer-config-XXXXXX";
};

} // namespace

TEST_CASE("a good configuration is read with its defaults") {
    const auto parsed = parse(good());
    REQUIRE(texts(parsed).empty());
    const Config &config = *parsed;
    REQUIRE(config.interfaces.size() == 2);
    CHECK(config.interfaces[0] == Interface{"eth0", XdpMode::Auto});
    CHECK(config.interfaces[1] == Interface{"eth1", XdpMode::Native});
    CHECK(config.pin_dir == "/sys/fs/bpf/sipsteer");
    CHECK(config.state_dir == "/var/lib/sipsteer");
    CHECK(config.api.socket == "/run/sipsteer/api.sock");
    CHECK(config.api.socket_mode == 0660);
    CHECK(config.log_level == "info");
    CHECK(config.on_exit == OnExit::Leave);
    CHECK(config.call_capacity == 1'000'000);
    REQUIRE(config.pools.size() == 2);
    const Pool &pool = config.pools[0];
    CHECK(pool.mode == PoolMode::Stateful);
    CHECK(pool.scheduler == Scheduler::Hash);
    CHECK(pool.no_call_id == NoCallId::SteerBySource);
    CHECK(pool.lifetimes == Lifetimes{});
    CHECK(pool.probe == Probe{});
    REQUIRE(pool.servers.size() == 2);
    CHECK(pool.servers[0] ==
          Server{"a", *Address::parse("198.51.100.11"), 5060, 100, Admin::Enabled});
    CHECK(pool.servers[1] ==
          Server{"b", *Address::parse("198.51.100.12"), 5062, 50, Admin::Enabled});
    REQUIRE(config.services.size() == 2);
    CHECK(config.services[1] == Service{"six",
                                        *Address::parse("2001:db8::100"),
                                        5060,
                                        Protocol::Udp,
                                        "registrars",
                                        std::nullopt,
                                        std::nullopt,
                                        {},
                                        {},
                                        {}});
}

TEST_CASE("every field is read") {
    const auto parsed = parse_text(R"({
        "interfaces": [ { "name": "eth0.100", "mode": "generic", "checksums": "trust" } ],
        "directors": [ { "name": "second", "mac": "02:00:5e:00:00:0B" } ],
        "pin_dir": "/sys/fs/bpf/other", "state_dir": "/srv/state",
        "api": { "socket": "/run/x.sock", "socket_mode": "600" },
        "log_level": "debug", "on_exit": "detach", "calls": { "capacity": 5000 },
        "vlan_tags": [ { "name": "eth1.7", "id": 7 } ],
        "fragments": { "timeout": "10ms", "firsts_per_source": 1, "held_per_source": 0,
                       "held_bytes": 65536 },
        "cluster": { "name": "west", "director": "west-1", "share": "nothing",
                     "redis": { "addresses": [ "/run/redis.sock", "[2001:db8::7]:6379" ],
                                "user": "u", "password_file": "/etc/password" } },
        "pools": [ { "name": "p", "mode": "stateless", "scheduler": "source",
            "key": "call-id-and-via", "no_call_id": "drop", "when_down": "reject",
            "reject": { "per_second": 7, "retry_after": "1m" },
            "quorum": 1, "tier_minimum": 1, "slow_start": "1500ms",
            "lifetimes": { "early": "1s", "confirmed": "19h", "closing": "64000ms", "other": "2m",
                           "source": "3s" },
            "probe": { "type": "none", "path": "both", "interval": "100ms", "timeout": "100ms", "rise": 1,
                       "fall": 100, "jitter": 0.25, "method": "REGISTER",
                       "hold_down": { "after": 3, "within": "1m", "for": "30s" },
                       "accept": [ 200, "400-499" ], "from": "sip:a@example.org",
                       "to": "sip:b@[2001:db8::7]:5062", "request_uri": "sip:example.org;lr",
                       "user_agent": "watch/1" },
            "servers": [ { "name": "s", "address": "2001:db8::1", "port": 65535, "weight": 0,
                           "admin": "disabled", "tier": 3, "drain_timeout": "10m",
                           "next_hop": "198.51.100.1" } ] },
            { "name": "q", "scheduler": "least-calls", "key": "address-of-record", "quorum": 2,
              "tier_minimum": 2, "when_down": "pass", "servers": [
                { "name": "s", "address": "198.51.100.1", "admin": "draining", "max_calls": 500,
                  "max_new_calls_per_second": 30 },
                { "name": "t", "address": "198.51.100.2" } ] } ],
        "services": [ { "name": "sip", "address": "198.51.100.100", "port": 1, "protocol": "udp",
                        "pool": "p", "vip_interface": "eth0", "dscp": 12,
                        "new_call_limits": { "observe": true, "per_address": { "per_minute": 30 },
                            "per_network": { "per_minute": 600, "burst": 1 }, "known_for": "1h" },
                        "method_pools": [ { "method": "REGISTER", "pool": "p" } ] } ]
    })");
    REQUIRE(texts(parsed).empty());
    Config expected;
    expected.interfaces = {{"eth0.100", XdpMode::Generic, Checksums::Trust}};
    expected.directors = {{"second", {2, 0, 0x5e, 0, 0, 0x0b}}};
    expected.pin_dir = "/sys/fs/bpf/other";
    expected.state_dir = "/srv/state";
    expected.api = {"/run/x.sock", 0600, {}, {}, {}};
    expected.log_level = "debug";
    expected.on_exit = OnExit::Detach;
    expected.call_capacity = 5000;
    expected.vlan_tags = {{"eth1.7", 7}};
    expected.fragments = {milliseconds(10), 1, 0, 65536};
    expected.cluster = {"west",
                        "west-1",
                        {{{"/run/redis.sock", {}}, {"", {*Address::parse("2001:db8::7"), 6379}}},
                         "u",
                         "/etc/password"},
                        Share::Nothing};
    Pool pool;
    pool.name = "p";
    pool.mode = PoolMode::Stateless;
    pool.scheduler = Scheduler::Source;
    pool.key = Key::CallIdAndVia;
    pool.no_call_id = NoCallId::Drop;
    pool.when_down = WhenDown::Reject;
    pool.reject = {7, seconds(60)};
    pool.slow_start = milliseconds(1500);
    pool.lifetimes = {seconds(1), seconds(68400), seconds(64), seconds(120), seconds(3)};
    pool.probe.type = ProbeType::None;
    pool.probe.path = ProbePath::Both;
    pool.probe.interval = milliseconds(100);
    pool.probe.timeout = milliseconds(100);
    pool.probe.jitter = 0.25;
    pool.probe.rise = 1;
    pool.probe.fall = 100;
    pool.probe.hold_down = {3, milliseconds(60'000), milliseconds(30'000)};
    pool.probe.method = "REGISTER";
    pool.probe.accept = {{200, 200}, {400, 499}};
    pool.probe.from = "sip:a@example.org";
    pool.probe.to = "sip:b@[2001:db8::7]:5062";
    pool.probe.request_uri = "sip:example.org;lr";
    pool.probe.user_agent = "watch/1";
    pool.servers = {{"s", *Address::parse("2001:db8::1"), 65535, 0, Admin::Disabled, 3, 0, 0,
                     milliseconds(600'000)}};
    pool.servers[0].next_hop = Address::parse("198.51.100.1");
    Pool other;
    other.name = "q";
    other.scheduler = Scheduler::LeastCalls;
    other.key = Key::AddressOfRecord;
    other.when_down = WhenDown::Pass;
    other.quorum = 2;
    other.tier_minimum = 2;
    other.servers = {
        {"s", *Address::parse("198.51.100.1"), 5060, 100, Admin::Draining, 0, 500, 30, {}},
        {"t", *Address::parse("198.51.100.2"), 5060, 100, Admin::Enabled, 0, 0, 0, {}}};
    expected.pools = {pool, other};
    expected.services = {{"sip",
                          *Address::parse("198.51.100.100"),
                          1,
                          Protocol::Udp,
                          "p",
                          "eth0",
                          std::uint8_t{12},
                          {{SS_METHOD_REGISTER, "p"}},
                          {true, {30, 20}, {600, 1}, {}, seconds(3600)},
                          {}}};
    CHECK(*parsed == expected);
}

TEST_CASE("a configuration survives being written and read") {
    std::vector<json> documents = {good()};
    json other = changed(good(), {"/services/0/vip_interface", R"("eth0")"});
    other["pools"][0]["probe"] = {{"type", "none"}, {"interval", "1500ms"}, {"rise", 7}};
    other["pools"][1]["probe"] = {
        {"accept", "any"}, {"jitter", 0}, {"from", "sip:x@y"}, {"hold_down", {{"for", "0s"}}}};
    other["pools"][0]["lifetimes"] = {{"early", "61s"}, {"source", "90m"}};
    other["pools"][0]["scheduler"] = "weighted-round-robin";
    other["pools"][0]["reject"] = {{"per_second", 3}, {"retry_after", "90s"}};
    other["pools"][0]["slow_start"] = "45s";
    other["pools"][0]["servers"][0]["drain_timeout"] = "90m";
    other["pools"][0]["servers"][0]["max_calls"] = 9;
    other["pools"][0]["servers"][1]["tier"] = 2;
    other["pools"][1]["no_call_id"] = "pass";
    other["pools"][1]["mode"] = "stateless";
    other["api"] = {{"socket_mode", "0007"}};
    other["on_exit"] = "detach";
    other["log_level"] = "error";
    other["calls"] = {{"capacity", 268435456}};
    other["cluster"] = {
        {"name", "w"}, {"director", "d"}, {"redis", {{"addresses", {"127.0.0.1:6379"}}}}};
    documents.push_back(other);
    for (const json &document : documents) {
        const auto first = parse(document);
        REQUIRE(texts(first).empty());
        const json written = to_json(*first);
        const auto second = parse_text(written.dump());
        REQUIRE(texts(second).empty());
        CHECK(*second == *first);
        CHECK(to_json(*second) == written);
    }
}

TEST_CASE("what is written is complete") {
    const auto parsed = parse(changed(good(), {"/services/0/vip_interface", R"("eth0")"}));
    REQUIRE(texts(parsed).empty());
    const json written = to_json(*parsed);
    CHECK(written["calls"] == json{{"capacity", 1000000}});
    CHECK(written["api"] == json{{"listen", json::array()},
                                 {"socket", "/run/sipsteer/api.sock"},
                                 {"socket_mode", "0660"}});
    CHECK(written["pools"][0]["probe"] ==
          json{{"type", "options"},
               {"path", "direct"},
               {"interval", "2s"},
               {"timeout", "1s"},
               {"jitter", 0.1},
               {"rise", 2},
               {"fall", 3},
               {"hold_down", {{"after", 5}, {"within", "5m"}, {"for", "1m"}}},
               {"method", "OPTIONS"},
               {"accept", {200}}});
    CHECK(written["pools"][0]["lifetimes"] == json{{"early", "3m"},
                                                   {"confirmed", "2h"},
                                                   {"closing", "32s"},
                                                   {"other", "1h"},
                                                   {"source", "5m"}});
    const json no_limit = {{"per_minute", 0}, {"burst", 20}};
    CHECK(written["services"][0] ==
          json{{"name", "sip"},
               {"address", "198.51.100.100"},
               {"port", 5060},
               {"protocol", "udp"},
               {"pool", "proxies"},
               {"method_pools", json::array()},
               {"new_call_limits",
                {{"observe", false},
                 {"per_address", no_limit},
                 {"per_network", no_limit},
                 {"known_address", no_limit},
                 {"known_for", "12h"}}},
               {"vip_interface", "eth0"},
               {"guard",
                {{"observe", false},
                 {"trusted", json::array()},
                 {"allow", json::array()},
                 {"deny", json::array()},
                 {"deny_files", json::array()},
                 {"methods", json::object()},
                 {"stealth", false},
                 {"user_agents", json::array()},
                 {"malformed_limit", {{"per_minute", 0}, {"for", "1h"}}}}}});
    CHECK(written["pools"][0]["reject"] == json{{"per_second", 100}, {"retry_after", "5s"}});
    CHECK(written["pools"][0]["slow_start"] == "0s");
    CHECK(written["pools"][0]["key"] == "call-id");
    CHECK(written["pools"][0]["when_down"] == "drop");
    CHECK_FALSE(written["pools"][0]["servers"][0].contains("drain_timeout"));
    CHECK_FALSE(written["services"][1].contains("vip_interface"));
    CHECK(written["pools"][1]["servers"][0]["admin"] == "enabled");
}

TEST_CASE("all errors are found at once") {
    json document = good();
    document["pools"][0]["servers"][0]["address"] = "10.0.0.300";
    document["pools"][0]["servers"][1]["weight"] = -1;
    document["pools"][1]["serverz"] = 1;
    document["services"][0]["pool"] = "proxy";
    document["services"][1]["port"] = "sip";
    document.erase("interfaces");
    const auto parsed = parse(document);
    CHECK(texts(parsed) == Texts{
                               "interfaces: missing",
                               R"(pools[0].servers[0].address: "10.0.0.300" is not an address)",
                               "pools[0].servers[1].weight: -1 is out of range: 0 to 65535",
                               R"(pools[1].serverz: unknown field; did you mean "servers"?)",
                               R"(services[1].port: expected a whole number, found string "sip")",
                               R"(services[0].pool: "proxy" is not the name of a pool)",
                           });
    CHECK(parsed.error_text().substr(0, 74) ==
          "interfaces: missing\npools[0].servers[0].address: \"10.0.0.300\" is not an ad");
}

TEST_CASE("a field that is wrong already makes no second error") {
    json document = good();
    document["services"][1] = document["services"][0];
    document["services"][1]["name"] = "again";
    document["services"][1]["port"] = 0; // not also "198.51.100.100 port 5060 is already used"
    CHECK(texts(parse(document)) == Texts{"services[1].port: 0 is out of range: 1 to 65535"});
    check({{{"/pools/0/probe", R"({"interval": "1", "timeout": "30s"})"},
            {"pools[0].probe.interval: \"1\" is not a duration; write it like " + kDurationForm}}});
}

TEST_CASE("long and binary values are shown cut and escaped") {
    const std::string text(1000, 'x');
    const auto errors = errors_of({"/services/0/address", ("\"" + text + "\"").c_str()});
    REQUIRE(errors.size() == 1);
    CHECK(errors[0] == "services[0].address: \"" + std::string(79, 'x') + "... is not an address");

    json document = good();
    document["services"][0]["address"] = "\xff\x01";
    CHECK(texts(parse(document)) ==
          Texts{R"(services[0].address: "\ufffd\u0001" is not an address)"});
}

TEST_CASE("text that is not JSON, with line and column") {
    const auto error = [](const std::string &text) {
        const auto found = texts(parse_text(text));
        return found.size() == 1 ? found[0] : "not one error";
    };
    CHECK(error("{\n  \"pools\": [,]\n}") ==
          "not JSON: line 2, column 13: syntax error while parsing value - unexpected ','; "
          "expected '[', '{', or a literal");
    CHECK(error("") == "not JSON: line 1, column 1: syntax error while parsing value - unexpected "
                       "end of input; expected '[', '{', or a literal");
    CHECK_THAT(error("{} // all defaults"), Catch::StartsWith("not JSON: line 1, column 4: "));
    CHECK_THAT(error("{\n/* none */ }"), Catch::StartsWith("not JSON: line 2, column 1: "));
    CHECK_THAT(error("{\"a\": 1,}"), Catch::StartsWith("not JSON: line 1, column 9: "));
    CHECK_THAT(error("{} {}"), Catch::StartsWith("not JSON: line 1, column 4: "));
    CHECK_THAT(error("{\"a\": \"\xff\"}"), Catch::StartsWith("not JSON: line 1, column 8: "));
    CHECK_THAT(error("{\"a\": 1e999}"), Catch::StartsWith("not JSON: number overflow"));
}

TEST_CASE("fields given twice in one object") {
    std::string text = good().dump();
    text.insert(text.find("\"servers\":[") + 11, R"({"name":"x","port":5060,"address":"10.0.0.1",)"
                                                 R"("port":5061},)");
    text.insert(text.size() - 1, R"(,"pools":[],"services":[],"on_exit":"leave")");
    CHECK(texts(parse_text(text)) == Texts{"pools[0].servers[0].port: given twice",
                                           "pools: given twice", "services: given twice"});

    // The same name in two objects, or in two levels, is no duplicate.
    CHECK(texts(parse_text(good().dump())).empty());
    // A list in a list, and an object after a value, have the right places.
    CHECK(texts(parse_text(R"({"x": [[1], [{"a": 1}, 2, {"b": 1, "b": 2}]]})"))[0] ==
          "x[1][2].b: given twice");
}

TEST_CASE("deep nesting is an error like another") {
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    CHECK(texts(parse_text(deep)) == Texts{"nested deeper than 32 levels"});
    CHECK(texts(parse_text("{\"interfaces\": " + deep + ", \"pools\": [], \"services\": []}")) ==
          Texts{"nested deeper than 32 levels"});
}

TEST_CASE("a document has at most so many values, and names of at most so many bytes") {
    const auto list = [](std::size_t values) { // of the list and its empty objects
        std::string text = "[{}";
        for (std::size_t i = 2; i < values; i++) {
            text += ",{}";
        }
        return text + "]";
    };
    Errors errors;
    const auto most = parse_json(list(kMostValues), errors);
    REQUIRE(most);
    CHECK(errors.empty());
    CHECK(most->size() == kMostValues - 1);
    CHECK(texts(parse_text(list(kMostValues + 1))) == Texts{"more than 150000 values"});
    CHECK(texts(parse_text(std::string(700'000, '9').insert(1, "."))).size() == 1);

    std::string fields = "{\"f\": 0";
    for (int i = 1; i < 1000; i++) {
        fields += ",\"f" + std::to_string(i) + "\": 0";
    }
    CHECK(parse_json(fields + "}", errors));
    CHECK(errors.empty());
    CHECK(texts(parse_text(fields + ",\"g\": 0}")) == Texts{"an object has more than 1000 fields"});

    const std::string name(kMostNameBytes, 'n');
    CHECK(parse_json("{\"" + name + "\": 1}", errors));
    CHECK(errors.empty());
    CHECK(texts(parse_text("{\"" + name + "n\": 1}")) ==
          Texts{"a field has a name of more than 256 bytes"});
}

TEST_CASE("a document makes what the library makes of it") {
    const std::string text = R"({"a": [null, true, -1, 18446744073709551615, 1.5, "x", [], {}],
                                 "b": {"c": {"d": [[1], {"e": 2}]}}, "": 0})";
    Errors errors;
    CHECK(parse_json(text, errors) == json::parse(text));
    CHECK(parse_json("7", errors) == json(7));
    CHECK(errors.empty());
}

TEST_CASE("of errors without end the first hundred are told") {
    std::string unknown = R"({"interfaces": [{"name": "e"}], "pools": [], "services": [])";
    std::string twice = "{\"a\": 1";
    std::string servers = R"({"interfaces": [{"name": "e"}], "services": [],
                              "pools": [{"name": "p", "servers": [{})";
    for (int i = 0; i < 900; i++) {
        unknown += ",\"unknown" + std::to_string(i) + "\": 1";
        twice += ",\"a\": 1";
        servers += ",{}";
    }
    for (const std::string &text : {unknown + "}", twice + "}", servers + "]}]}"}) {
        const auto found = texts(parse_text(text));
        REQUIRE(found.size() >= 101);
        CHECK(found[100] == "more than 100 errors; mend these first");
        CHECK(found.size() == 101);
    }
}

TEST_CASE("what cannot be read is not quoted whole") {
    const std::string digits(1'000'000, '9');
    for (const std::string &text : {digits, "[1e" + digits, "[\"" + digits, "{\"" + digits}) {
        const auto found = texts(parse_text(text));
        REQUIRE(found.size() == 1);
        CHECK(found[0].size() < 350);
    }
}

TEST_CASE("files") {
    const TemporaryFile file(good().dump(2));
    CHECK(texts(load_file(file.path())).empty());
    const TemporaryFile broken("{\n\"interfaces\" 1 }");
    CHECK_THAT(texts(load_file(broken.path()))[0],
               Catch::StartsWith(broken.path() + ": not JSON: line 2, column 14: "));
    CHECK(texts(load_file("/nonexistent/sipsteer.json")) ==
          Texts{"cannot open /nonexistent/sipsteer.json: No such file or directory"});
    CHECK(texts(load_file("/tmp")) == Texts{"cannot read /tmp: Is a directory"});
}

TEST_CASE("the examples are good") {
    const auto minimal = load_file(SIPSTEER_SOURCE_DIR "/deploy/examples"
                                                       "/minimal.json");
    REQUIRE(texts(minimal).empty());
    CHECK(minimal->services.size() == 1);
    CHECK(texts(load_file(SIPSTEER_SOURCE_DIR "/deploy/examples"
                                              "/api-over-tcp.json"))
              .empty());
    const auto two_pools = load_file(SIPSTEER_SOURCE_DIR "/deploy/examples"
                                                         "/two-pools.json");
    REQUIRE(texts(two_pools).empty());
    CHECK(two_pools->pools.size() == 2);
    CHECK(two_pools->services.size() == 5);
}

TEST_CASE("suggestions are the nearest word, and less than three letters away") {
    CHECK(did_you_mean("abcd", {"abXY", "abcX"}) == "; did you mean \"abcX\"?");
    CHECK(did_you_mean("abcdefgh", {"XYZdefgh"}).empty());
    CHECK(did_you_mean("abcdefgh", {"cdefgh"}) == "; did you mean \"cdefgh\"?");
    CHECK(did_you_mean("abcdefgh", {"abcdefghij"}) == "; did you mean \"abcdefghij\"?");
    CHECK(did_you_mean("abcdefgh", {"defgh"}).empty());
}

TEST_CASE("suggestions are likely ones") {
    const Texts words = {"servers", "scheduler", "name", "mode"};
    CHECK(did_you_mean("server", words) == "; did you mean \"servers\"?");
    CHECK(did_you_mean("shceduler", words) == "; did you mean \"scheduler\"?");
    CHECK(did_you_mean("nam", words) == "; did you mean \"name\"?");
    CHECK(did_you_mean("xyz", words).empty());
    CHECK(did_you_mean("", words).empty());
    CHECK(did_you_mean(std::string(100000, 's'), words).empty());
    CHECK(did_you_mean("name", {}).empty());
}
