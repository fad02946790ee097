// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"
#include "config/parse.hpp"
#include "config/suggest.hpp"

#include <catch2/catch.hpp>

#include <sipsteer/limits.h>
#include <sipsteer/method.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

using namespace sipsteer;
using namespace sipsteer::config;
using nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

/// A good configuration: two pools, three servers, two services.
json good() {
    return json::parse(R"({
        "interfaces": [ { "name": "eth0" }, { "name": "eth1", "mode": "native" } ],
        "pools": [
            { "name": "proxies", "servers": [
                { "name": "a", "address": "198.51.100.11" },
                { "name": "b", "address": "198.51.100.12", "port": 5062, "weight": 50 } ] },
            { "name": "registrars", "servers": [ { "name": "a", "address": "2001:db8::11" } ] }
        ],
        "services": [
            { "name": "sip", "address": "198.51.100.100", "pool": "proxies" },
            { "name": "six", "address": "2001:db8::100", "pool": "registrars" }
        ]
    })");
}

Texts texts(const Parsed &parsed) {
    Texts texts;
    if (!parsed.ok()) {
        for (const FieldError &error : parsed.errors()) {
            texts.push_back(error.to_string());
        }
    }
    return texts;
}

/// The good configuration with one value set, or taken out, at a JSON pointer.
struct Change {
    const char *pointer;
    const char *value; // JSON; null: take it out
};

json changed(json document, const Change &change) {
    const json::json_pointer at(change.pointer);
    if (change.value != nullptr) {
        document[at] = json::parse(change.value);
    } else {
        document.at(at.parent_pointer()).erase(at.back());
    }
    return document;
}

Texts errors_of(const Change &change) {
    return texts(parse(changed(good(), change)));
}

/// Each row: the change, and the errors it makes.
struct Row {
    Change change;
    Texts errors;
};

void check(const std::vector<Row> &rows) {
    for (const Row &row : rows) {
        INFO(row.change.pointer << " = " << (row.change.value ? row.change.value : "(absent)"));
        CHECK(errors_of(row.change) == row.errors);
    }
}

const std::string kDurationForm = R"("500ms", "5s", "30m" or "2h")";
const std::string kNameRule = R"( is not a name; a name is 1 to 31 letters, digits, ".", "_" or )"
                              R"("-", and begins with a letter or digit)";
const std::string kInterfaceRule =
    R"( is not an interface name; one is 1 to 15 characters without blanks, "/" and ":")";

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
                                        {}});
}

TEST_CASE("every field is read") {
    const auto parsed = parse_text(R"({
        "interfaces": [ { "name": "eth0.100", "mode": "generic" } ],
        "pin_dir": "/sys/fs/bpf/other", "state_dir": "/srv/state",
        "api": { "socket": "/run/x.sock", "socket_mode": "600" },
        "log_level": "debug", "on_exit": "detach", "calls": { "capacity": 5000 },
        "vlan_tags": [ { "name": "eth1.7", "id": 7 } ],
        "fragments": { "timeout": "10ms", "firsts_per_source": 1, "held_per_source": 0,
                       "held_bytes": 65536 },
        "pools": [ { "name": "p", "mode": "stateless", "scheduler": "hash", "no_call_id": "drop",
            "lifetimes": { "early": "1s", "confirmed": "19h", "closing": "64000ms", "other": "2m",
                           "source": "3s" },
            "probe": { "type": "none", "interval": "100ms", "timeout": "100ms", "rise": 1,
                       "fall": 100 },
            "servers": [ { "name": "s", "address": "2001:db8::1", "port": 65535, "weight": 0,
                           "admin": "disabled" } ] } ],
        "services": [ { "name": "sip", "address": "198.51.100.100", "port": 1, "protocol": "udp",
                        "pool": "p", "vip_interface": "eth0",
                        "method_pools": [ { "method": "REGISTER", "pool": "p" } ] } ]
    })");
    REQUIRE(texts(parsed).empty());
    Config expected;
    expected.interfaces = {{"eth0.100", XdpMode::Generic}};
    expected.pin_dir = "/sys/fs/bpf/other";
    expected.state_dir = "/srv/state";
    expected.api = {"/run/x.sock", 0600};
    expected.log_level = "debug";
    expected.on_exit = OnExit::Detach;
    expected.call_capacity = 5000;
    expected.vlan_tags = {{"eth1.7", 7}};
    expected.fragments = {milliseconds(10), 1, 0, 65536};
    Pool pool;
    pool.name = "p";
    pool.mode = PoolMode::Stateless;
    pool.no_call_id = NoCallId::Drop;
    pool.lifetimes = {seconds(1), seconds(68400), seconds(64), seconds(120), seconds(3)};
    pool.probe = {ProbeType::None, milliseconds(100), milliseconds(100), 1, 100};
    pool.servers = {{"s", *Address::parse("2001:db8::1"), 65535, 0, Admin::Disabled}};
    expected.pools = {pool};
    expected.services = {{"sip",
                          *Address::parse("198.51.100.100"),
                          1,
                          Protocol::Udp,
                          "p",
                          "eth0",
                          {{SS_METHOD_REGISTER, "p"}}}};
    CHECK(*parsed == expected);
}

TEST_CASE("a configuration survives being written and read") {
    std::vector<json> documents = {good()};
    json other = changed(good(), {"/services/0/vip_interface", R"("eth0")"});
    other["pools"][0]["probe"] = {{"type", "none"}, {"interval", "1500ms"}, {"rise", 7}};
    other["pools"][0]["lifetimes"] = {{"early", "61s"}, {"source", "90m"}};
    other["pools"][1]["no_call_id"] = "pass";
    other["pools"][1]["mode"] = "stateless";
    other["api"] = {{"socket_mode", "0007"}};
    other["on_exit"] = "detach";
    other["log_level"] = "error";
    other["calls"] = {{"capacity", 268435456}};
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
    CHECK(written["api"] == json{{"socket", "/run/sipsteer/api.sock"}, {"socket_mode", "0660"}});
    CHECK(
        written["pools"][0]["probe"] ==
        json{{"type", "options"}, {"interval", "2s"}, {"timeout", "1s"}, {"rise", 2}, {"fall", 3}});
    CHECK(written["pools"][0]["lifetimes"] == json{{"early", "3m"},
                                                   {"confirmed", "2h"},
                                                   {"closing", "32s"},
                                                   {"other", "1h"},
                                                   {"source", "5m"}});
    CHECK(written["services"][0] == json{{"name", "sip"},
                                         {"address", "198.51.100.100"},
                                         {"port", 5060},
                                         {"protocol", "udp"},
                                         {"pool", "proxies"},
                                         {"method_pools", json::array()},
                                         {"vip_interface", "eth0"}});
    CHECK_FALSE(written["services"][1].contains("vip_interface"));
    CHECK(written["pools"][1]["servers"][0]["admin"] == "enabled");
}

TEST_CASE("fields that are missing") {
    check({
        {{"/interfaces", nullptr}, {"interfaces: missing"}},
        {{"/pools", nullptr}, {"pools: missing"}},
        {{"/services", nullptr}, {"services: missing"}},
        {{"/interfaces/0/name", nullptr}, {"interfaces[0].name: missing"}},
        {{"/pools/1/name", nullptr}, {"pools[1].name: missing"}},
        {{"/pools/1/servers", nullptr}, {"pools[1].servers: missing"}},
        {{"/pools/0/servers/1/name", nullptr}, {"pools[0].servers[1].name: missing"}},
        {{"/pools/0/servers/1/address", nullptr}, {"pools[0].servers[1].address: missing"}},
        {{"/services/0/name", nullptr}, {"services[0].name: missing"}},
        {{"/services/0/address", nullptr}, {"services[0].address: missing"}},
        {{"/services/0/pool", nullptr}, {"services[0].pool: missing"}},
    });
}

TEST_CASE("fields that are unknown") {
    check({
        {{"/pool", "[]"}, {R"(pool: unknown field; did you mean "pools"?)"}},
        {{"/zzz", "1"}, {"zzz: unknown field"}},
        {{"/pools/0/serverz", "[]"},
         {R"(pools[0].serverz: unknown field; did you mean "servers"?)"}},
        {{"/pools/0/servers/1/wieght", "1"},
         {R"(pools[0].servers[1].wieght: unknown field; did you mean "weight"?)"}},
        {{"/pools/0/probe", R"({"intervall": "1s"})"},
         {R"(pools[0].probe.intervall: unknown field; did you mean "interval"?)"}},
        {{"/pools/0/lifetimes", R"({"": "1s"})"}, {R"(pools[0].lifetimes[""]: unknown field)"}},
        {{"/api", R"({"a b.c": 1})"}, {R"(api["a b.c"]: unknown field)"}},
        {{"/calls", R"({"capacty": 5000})"},
         {R"(calls.capacty: unknown field; did you mean "capacity"?)"}},
        {{"/services/0/Port", "5060"},
         {R"(services[0].Port: unknown field; did you mean "port"?)"}},
        {{"/interfaces/0/_comment", R"("x")"}, {"interfaces[0]._comment: unknown field"}},
    });
}

TEST_CASE("values of the wrong type") {
    check({
        {{"", "[]"}, {"expected an object, found a list"}},
        {{"", "null"}, {"expected an object, found null"}},
        {{"/pools", "{}"}, {"pools: expected a list, found an object"}},
        {{"/pools/0/servers", R"("x")"},
         {R"(pools[0].servers: expected a list, found string "x")"}},
        {{"/pools/0/servers/0", "5"}, {"pools[0].servers[0]: expected an object, found number 5"}},
        {{"/services/0", "null"}, {"services[0]: expected an object, found null"}},
        {{"/api", "true"}, {"api: expected an object, found true"}},
        {{"/calls", "1000"}, {"calls: expected an object, found number 1000"}},
        {{"/log_level", "5"}, {"log_level: expected a string, found number 5"}},
        {{"/pools/0/servers/0/name", "5"},
         {"pools[0].servers[0].name: expected a string, found number 5"}},
        {{"/pools/0/servers/0/address", "false"},
         {"pools[0].servers[0].address: expected a string, found false"}},
        {{"/services/0/pool", "{}"}, {"services[0].pool: expected a string, found an object"}},
        {{"/services/0/vip_interface", "null"},
         {"services[0].vip_interface: expected a string, found null"}},
        {{"/services/0/port", R"("5060")"},
         {R"(services[0].port: expected a whole number, found string "5060")"}},
        {{"/services/0/port", "5060.5"},
         {"services[0].port: expected a whole number, found number 5060.5"}},
        {{"/services/0/port", "5060.0"},
         {"services[0].port: expected a whole number, found number 5060.0"}},
        {{"/pools/0/probe", R"({"interval": 5})"},
         {"pools[0].probe.interval: expected a duration like " + kDurationForm +
          ", found number 5"}},
        {{"/api", R"({"socket_mode": 660})"},
         {R"(api.socket_mode: expected an octal file mode like "0660", found number 660)"}},
    });
}

TEST_CASE("numbers out of range") {
    check({
        {{"/services/0/port", "0"}, {"services[0].port: 0 is out of range: 1 to 65535"}},
        {{"/services/0/port", "1"}, {}},
        {{"/services/0/port", "65535"}, {}},
        {{"/services/0/port", "65536"}, {"services[0].port: 65536 is out of range: 1 to 65535"}},
        {{"/services/0/port", "-1"}, {"services[0].port: -1 is out of range: 1 to 65535"}},
        {{"/services/0/port", "18446744073709551615"},
         {"services[0].port: 18446744073709551615 is out of range: 1 to 65535"}},
        {{"/services/0/port", "4294967297"},
         {"services[0].port: 4294967297 is out of range: 1 to 65535"}},
        {{"/pools/0/servers/0/port", "65536"},
         {"pools[0].servers[0].port: 65536 is out of range: 1 to 65535"}},
        {{"/pools/0/servers/0/weight", "65535"}, {}},
        {{"/pools/0/servers/0/weight", "65536"},
         {"pools[0].servers[0].weight: 65536 is out of range: 0 to 65535"}},
        {{"/pools/0/servers/0/weight", "-5"},
         {"pools[0].servers[0].weight: -5 is out of range: 0 to 65535"}},
        {{"/pools/0/probe", R"({"rise": 0})"},
         {"pools[0].probe.rise: 0 is out of range: 1 to 100"}},
        {{"/pools/0/probe", R"({"fall": 101})"},
         {"pools[0].probe.fall: 101 is out of range: 1 to 100"}},
        {{"/calls", R"({"capacity": 999})"},
         {"calls.capacity: 999 is out of range: 1000 to 268435456"}},
        {{"/calls", R"({"capacity": 1000})"}, {}},
        {{"/calls", R"({"capacity": 268435457})"},
         {"calls.capacity: 268435457 is out of range: 1000 to 268435456"}},
    });
}

TEST_CASE("a number that was put in by code, not by text, is held to its range too") {
    json document = good();
    document["services"][0]["port"] = 70000; // signed, which no parsed number above 0 is
    CHECK(texts(parse(document)) == Texts{"services[0].port: 70000 is out of range: 1 to 65535"});
    document["services"][0]["port"] = 5061;
    CHECK(parse(document).ok());
}

TEST_CASE("durations") {
    const std::string form = " is not a duration; write it like " + kDurationForm;
    check({
        {{"/pools/0/probe", R"({"interval": "5 s"})"}, {"pools[0].probe.interval: \"5 s\"" + form}},
        {{"/pools/0/probe", R"({"interval": "5"})"}, {"pools[0].probe.interval: \"5\"" + form}},
        {{"/pools/0/probe", R"({"interval": "99ms", "timeout": "50ms"})"},
         {R"(pools[0].probe.interval: "99ms" is out of range: 100ms to 1h)"}},
        {{"/pools/0/probe", R"({"interval": "61m"})"},
         {R"(pools[0].probe.interval: "61m" is out of range: 100ms to 1h)"}},
        {{"/pools/0/probe", R"({"timeout": "9ms"})"},
         {R"(pools[0].probe.timeout: "9ms" is out of range: 10ms to 1h)"}},
        {{"/pools/0/probe", R"({"interval": "2s", "timeout": "2001ms"})"},
         {"pools[0].probe.timeout: 2001ms is longer than the interval of 2s"}},
        {{"/pools/0/probe", R"({"interval": "500ms"})"},
         {"pools[0].probe.timeout: 1s is longer than the interval of 500ms"}},
        {{"/pools/0/probe", R"({"interval": "1s", "timeout": "1s"})"}, {}},
        {{"/pools/0/lifetimes", R"({"early": "1s"})"}, {}},
        {{"/pools/0/lifetimes", R"({"early": "999ms"})"},
         {R"(pools[0].lifetimes.early: "999ms" is out of range: 1s to 19h)"}},
        {{"/pools/0/lifetimes", R"({"confirmed": "68401s"})"},
         {R"(pools[0].lifetimes.confirmed: "68401s" is out of range: 1s to 19h)"}},
        {{"/pools/0/lifetimes", R"({"closing": "1500ms"})"},
         {R"(pools[0].lifetimes.closing: "1500ms" is not a whole number of seconds)"}},
        {{"/pools/0/lifetimes", R"({"other": "1d"})"}, {"pools[0].lifetimes.other: \"1d\"" + form}},
        {{"/pools/0/lifetimes", R"({"source": "0s"})"},
         {R"(pools[0].lifetimes.source: "0s" is out of range: 1s to 19h)"}},
    });
}

TEST_CASE("durations, read and written") {
    const std::pair<const char *, int> good_ones[] = {
        {"500ms", 500}, {"5s", 5000}, {"30m", 1800000}, {"2h", 7200000}, {"0s", 0}, {"007s", 7000}};
    for (const auto &[text, expected] : good_ones) {
        INFO(text);
        CHECK(parse_duration(text) == milliseconds(expected));
    }
    for (const char *text : {"", "s", "5", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "1h30m", "1.5s",
                             "5sec", "5us", "1e3s", "1234567890s", "99999999999999999999s"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
    const std::pair<int, const char *> written[] = {
        {0, "0s"},      {1, "1ms"},      {1000, "1s"},     {1500, "1500ms"}, {60000, "1m"},
        {90000, "90s"}, {3600000, "1h"}, {5400000, "90m"}, {68400000, "19h"}};
    for (const auto &[count, text] : written) {
        CHECK(format_duration(milliseconds(count)) == text);
    }
    CHECK(parse_duration("999999999h") == std::chrono::hours(999999999)); // no overflow
}

TEST_CASE("addresses") {
    const auto refused = [](const std::string &text, const std::string &what) {
        return Row{{"/pools/0/servers/1/address", text.c_str()},
                   {"pools[0].servers[1].address: " + text + what}};
    };
    const std::string unusable = ", which cannot be used here";
    check({
        refused(R"("10.0.0.300")", " is not an address"),
        refused(R"("")", " is not an address"),
        refused(R"("proxy.example.net")", " is not an address"),
        refused(R"("198.51.100.1/24")", " is not an address"),
        refused(R"("0.0.0.0")", " is the unspecified address" + unusable),
        refused(R"("::")", " is the unspecified address" + unusable),
        refused(R"("224.0.1.75")", " is a multicast address" + unusable),
        refused(R"("ff02::1")", " is a multicast address" + unusable),
        refused(R"("127.0.0.1")", " is a loopback address" + unusable),
        refused(R"("::1")", " is a loopback address" + unusable),
        refused(R"("::ffff:127.0.0.1")", " is a loopback address" + unusable),
        refused(R"("255.255.255.255")", " is the broadcast address" + unusable),
        refused(R"("fe80::1")", " is a link-local address" + unusable),
    });
    check({
        {{"/services/0/address", R"("10.0.0.300")"},
         {R"(services[0].address: "10.0.0.300" is not an address)"}},
        {{"/services/0/address", R"("224.0.1.75")"},
         {R"(services[0].address: "224.0.1.75" is a multicast address, which cannot be used here)"}},
    });
}

TEST_CASE("a service and its servers may be of different families") {
    check({{{"/services/0/address", R"("2001:db8::200")"}, {}},
           {{"/services/1/address", R"("198.51.100.200")"}, {}}});
}

TEST_CASE("names") {
    const std::string longest(31, 'x');
    const std::string longer(32, 'x');
    check({
        {{"/pools/0/servers/0/name", R"("A-z_0.9")"}, {}},
        {{"/pools/0/servers/0/name", ("\"" + longest + "\"").c_str()}, {}},
        {{"/pools/0/servers/0/name", ("\"" + longer + "\"").c_str()},
         {"pools[0].servers[0].name: \"" + longer + "\"" + kNameRule}},
        {{"/pools/0/servers/0/name", R"("")"}, {"pools[0].servers[0].name: \"\"" + kNameRule}},
        {{"/pools/0/servers/0/name", R"("a/b")"},
         {"pools[0].servers[0].name: \"a/b\"" + kNameRule}},
        {{"/pools/0/servers/0/name", R"("..")"}, {"pools[0].servers[0].name: \"..\"" + kNameRule}},
        {{"/pools/0/servers/0/name", R"("-a")"}, {"pools[0].servers[0].name: \"-a\"" + kNameRule}},
        {{"/pools/1/name", R"("ü")"}, {"pools[1].name: \"\\u00fc\"" + kNameRule}},
        {{"/services/1/name", R"("a b")"}, {"services[1].name: \"a b\"" + kNameRule}},
        {{"/interfaces/0/name", R"("enp0s31f6.4094x")"}, {}},
        {{"/interfaces/0/name", R"("enp0s31f6.4094xy")"},
         {"interfaces[0].name: \"enp0s31f6.4094xy\"" + kInterfaceRule}},
        {{"/interfaces/0/name", R"("")"}, {"interfaces[0].name: \"\"" + kInterfaceRule}},
        {{"/interfaces/0/name", R"("a/b")"}, {"interfaces[0].name: \"a/b\"" + kInterfaceRule}},
        {{"/interfaces/0/name", R"("a b")"}, {"interfaces[0].name: \"a b\"" + kInterfaceRule}},
        {{"/interfaces/0/name", R"("eth0:1")"},
         {"interfaces[0].name: \"eth0:1\"" + kInterfaceRule}},
        {{"/interfaces/0/name", R"("..")"}, {"interfaces[0].name: \"..\"" + kInterfaceRule}},
        {{"/services/0/vip_interface", R"("e\u0000")"},
         {"services[0].vip_interface: \"e\\u0000\"" + kInterfaceRule}},
    });
}

TEST_CASE("words") {
    check({
        {{"/interfaces/0/mode", R"("fast")"},
         {R"(interfaces[0].mode: "fast" is unknown; supported: "native", "generic", "auto")"}},
        {{"/on_exit", R"("detatch")"},
         {R"(on_exit: "detatch" is unknown; supported: "leave", "detach"; did you mean "detach"?)"}},
        {{"/log_level", R"("loud")"},
         {R"(log_level: "loud" is unknown; supported: "trace", "debug", "info", "warning", "error")"}},
        {{"/log_level", R"("warning")"}, {}},
        {{"/pools/0/mode", R"("statefull")"},
         {R"(pools[0].mode: "statefull" is unknown; supported: "stateless", "stateful"; did you mean "stateful"?)"}},
        {{"/pools/0/no_call_id", R"("reject")"},
         {R"(pools[0].no_call_id: "reject" is unknown; supported: "steer-by-source", "pass", "drop")"}},
        {{"/pools/0/probe", R"({"type": "ping"})"},
         {R"(pools[0].probe.type: "ping" is unknown; supported: "none", "options")"}},
        {{"/pools/0/servers/0/admin", R"("drain")"},
         {R"(pools[0].servers[0].admin: "drain" is unknown; supported: "enabled", "disabled")"}},
        {{"/services/0/protocol", R"("tcp")"},
         {R"(services[0].protocol: "tcp" is unknown; supported: "udp")"}},
        {{"/pools/0/scheduler", R"("maglev")"},
         {R"(pools[0].scheduler: "maglev" is unknown; supported: "hash")"}},
    });
    for (const std::string later :
         {"round-robin", "weighted-round-robin", "least-calls", "source"}) {
        const std::string value = '"' + later + '"';
        CHECK(errors_of({"/pools/0/scheduler", value.c_str()}) ==
              Texts{"pools[0].scheduler: " + value +
                    " is not supported by this version; supported: \"hash\""});
    }
}

TEST_CASE("paths and file modes") {
    const std::string longest = "/" + std::string(106, 'x');
    const std::string longer = longest + "x";
    const auto not_mode = [](const std::string &text) {
        return Texts{"api.socket_mode: \"" + text +
                     "\" is not a file mode; write it in octal, like \"0660\""};
    };
    check({
        {{"/pin_dir", R"("bpf")"}, {R"(pin_dir: "bpf" is not an absolute path)"}},
        {{"/state_dir", R"("")"}, {R"(state_dir: "" is not an absolute path)"}},
        {{"/state_dir", R"("/a\u0000b")"}, {R"(state_dir: "/a\u0000b" is not an absolute path)"}},
        {{"/api", R"({"socket": "api.sock"})"},
         {R"(api.socket: "api.sock" is not an absolute path)"}},
        {{"/api", ("{\"socket\": \"" + longest + "\"}").c_str()}, {}},
        {{"/api", ("{\"socket\": \"" + longer + "\"}").c_str()},
         {"api.socket: the path is 108 bytes long; at most 107 are supported"}},
        {{"/api", R"({"socket_mode": "0777"})"}, {}},
        {{"/api", R"({"socket_mode": "666"})"}, {}},
        {{"/api", R"({"socket_mode": "0880"})"}, not_mode("0880")},
        {{"/api", R"({"socket_mode": "1777"})"}, not_mode("1777")},
        {{"/api", R"({"socket_mode": "66"})"}, not_mode("66")},
        {{"/api", R"({"socket_mode": "00660"})"}, not_mode("00660")},
        {{"/api", R"({"socket_mode": ""})"}, not_mode("")},
        {{"/api", R"({"socket_mode": "rw-rw----"})"}, not_mode("rw-rw----")},
    });
}

TEST_CASE("what is given twice") {
    check({
        {{"/interfaces/1/name", R"("eth0")"},
         {R"(interfaces[1].name: "eth0" is already the name of interfaces[0])"}},
        {{"/pools/1/name", R"("proxies")"},
         {R"(pools[1].name: "proxies" is already the name of pools[0])",
          R"(services[1].pool: "registrars" is not the name of a pool)"}},
        {{"/pools/0/servers/1/name", R"("a")"},
         {R"(pools[0].servers[1].name: "a" is already the name of pools[0].servers[0])"}},
        {{"/services/1/name", R"("sip")"},
         {R"(services[1].name: "sip" is already the name of services[0])"}},
        {{"/services/1/address", R"("198.51.100.100")"},
         {"services[1].address: 198.51.100.100 port 5060 is already used by services[0]"}},
        {{"/services/1/address", R"("::ffff:198.51.100.100")"},
         {"services[1].address: 198.51.100.100 port 5060 is already used by services[0]"}},
        {{"/services/1",
          R"({"name": "x", "address": "198.51.100.100", "port": 5061, "pool": "proxies"})"},
         {}},
        {{"/pools/0/servers/1", R"({"name": "b", "address": "198.51.100.11"})"},
         {"pools[0].servers[1].address: 198.51.100.11 port 5060 is already used by "
          "pools[0].servers[0]"}},
        {{"/pools/0/servers/1", R"({"name": "b", "address": "198.51.100.11", "port": 5061})"}, {}},
        {{"/pools/1/servers/0/address", R"("198.51.100.11")"}, {}}, // one host in two pools
    });
}

TEST_CASE("a VIP is no server's own address") {
    const std::string reason = "; a server needs an address of its own beside the VIP, by which it "
                               "is found on the network and probed";
    check({
        {{"/services/0/address", R"("198.51.100.12")"},
         {"services[0].address: 198.51.100.12 is also the address of pools[0].servers[1]" +
          reason}},
        {{"/services/0/address", R"("2001:db8::11")"},
         {"services[0].address: 2001:db8::11 is also the address of pools[1].servers[0]" + reason}},
    });
}

TEST_CASE("a VIP is put on one interface") {
    json document = good();
    document["services"] = json::parse(R"([
        { "name": "a", "address": "198.51.100.100", "pool": "proxies", "vip_interface": "eth0" },
        { "name": "b", "address": "198.51.100.100", "port": 5061, "pool": "proxies" },
        { "name": "c", "address": "198.51.100.100", "port": 5062, "pool": "proxies",
          "vip_interface": "eth0" } ])");
    CHECK(texts(parse(document)).empty());
    document["services"][2]["vip_interface"] = "eth1";
    CHECK(texts(parse(document)) ==
          Texts{"services[2].vip_interface: 198.51.100.100 is put on \"eth0\" by services[0] "
                "already; it can be on one interface only"});
}

TEST_CASE("a method's pool is a pool, and each method has one") {
    check({
        {{"/services/0/method_pools", R"([ { "method": "REGISTER", "pool": "other" } ])"},
         {R"(services[0].method_pools[0].pool: "other" is not the name of a pool)"}},
        {{"/services/0/method_pools", R"([ { "method": "REGISTER", "pool": "proxies" },
                                           { "method": "REGISTER", "pool": "proxies" } ])"},
         {"services[0].method_pools[1].method: the method is already that of "
          "services[0].method_pools[0]"}},
        {{"/services/0/method_pools", R"([ { "method": "SUBSCRIBE", "pool": "registrars" },
                                           { "method": "other", "pool": "registrars" } ])"},
         {}},
    });
    const auto lower =
        texts(parse(changed(good(), {"/services/0/method_pools",
                                     R"([ { "method": "register", "pool": "proxies" } ])"})));
    REQUIRE(lower.size() == 1);
    CHECK(lower[0].starts_with(
        R"(services[0].method_pools[0].method: "register" is unknown; supported: "INVITE", )"));
}

TEST_CASE("a VLAN tag is told once for an interface") {
    check({
        {{"/vlan_tags", R"([ { "name": "eth0.100", "id": 4095 } ])"},
         {"vlan_tags[0].id: 4095 is out of range: 1 to 4094"}},
        {{"/vlan_tags", R"([ { "name": "v", "id": 1 }, { "name": "v", "id": 2 } ])"},
         {R"(vlan_tags[1].name: "v" is already the name of vlan_tags[0])"}},
    });
}

TEST_CASE("a service names a pool") {
    check({
        {{"/services/0/pool", R"("proxis")"},
         {R"(services[0].pool: "proxis" is not the name of a pool; did you mean "proxies"?)"}},
        {{"/services/0/pool", R"("other")"},
         {R"(services[0].pool: "other" is not the name of a pool)"}},
        {{"/services/0/pool", R"("")"}, {R"(services[0].pool: "" is not the name of a pool)"}},
        // The pool that is meant may be the one whose name is wrong: no error about the service.
        {{"/pools/0/name", R"("a/b")"}, {"pools[0].name: \"a/b\"" + kNameRule}},
    });
}

TEST_CASE("limits of counts") {
    check({
        {{"/interfaces", "[]"}, {"interfaces: at least 1 is needed"}},
        {{"/pools/0/servers", "[]"}, {}},
        {{"/services", "[]"}, {}},
    });

    json document = good();
    for (int i = 0; i < 63; i++) {
        document["interfaces"].push_back({{"name", "if" + std::to_string(i)}});
    }
    CHECK(texts(parse(document)) == Texts{"interfaces: 65 given; at most 64 are supported"});

    document = good();
    for (int i = 0; i < 254; i++) {
        document["pools"].push_back(
            {{"name", "p" + std::to_string(i)}, {"servers", json::array()}});
    }
    CHECK(texts(parse(document)).empty());
    document["pools"].push_back({{"name", "last"}, {"servers", json::array()}});
    CHECK(texts(parse(document)) == Texts{"pools: 257 given; at most 256 are supported"});
}

TEST_CASE("at most 4096 servers in all pools") {
    json document = good(); // 3 servers
    for (int i = 3; i < SS_MAX_SERVERS; i++) {
        const std::string address =
            "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".1";
        document["pools"][i % 2]["servers"].push_back(
            {{"name", "s" + std::to_string(i)}, {"address", address}});
    }
    CHECK(texts(parse(document)).empty());
    document["pools"][0]["servers"].push_back({{"name", "last"}, {"address", "10.99.0.1"}});
    CHECK(texts(parse(document)) ==
          Texts{"pools: 4097 servers in all; at most 4096 are supported"});
}

TEST_CASE("services and their address markers fit the map") {
    json document = good();
    document["services"] = json::array();
    for (int i = 0; i < 1020; i++) { // on 4 addresses: 1024 entries
        document["services"].push_back({{"name", "s" + std::to_string(i)},
                                        {"address", "203.0.113." + std::to_string(1 + i % 4)},
                                        {"port", 5000 + i},
                                        {"pool", "proxies"}});
    }
    CHECK(texts(parse(document)).empty());
    document["services"][7]["address"] = "203.0.113.5";
    CHECK(texts(parse(document)) ==
          Texts{"services: 1020 services on 5 addresses; at most 1024 are "
                "supported, services and addresses together"});
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
    CHECK(texts(parse_text(deep)) == Texts{"expected an object, found a list"});
    CHECK(texts(parse_text("{\"interfaces\": " + deep + ", \"pools\": [], \"services\": []}")) ==
          Texts{"interfaces[0]: expected an object, found a list"});
}

TEST_CASE("files") {
    const TemporaryFile file(good().dump(2));
    CHECK(texts(load_file(file.path())).empty());
    const TemporaryFile broken("{\n\"interfaces\" 1 }");
    CHECK_THAT(texts(load_file(broken.path()))[0],
               Catch::StartsWith("not JSON: line 2, column 14: "));
    CHECK(texts(load_file("/nonexistent/sipsteer.json")) ==
          Texts{"cannot open /nonexistent/sipsteer.json: No such file or directory"});
    CHECK(texts(load_file("/tmp")) == Texts{"cannot read /tmp: Is a directory"});
}

TEST_CASE("the examples are good") {
    const auto minimal = load_file(SIPSTEER_EXAMPLES "/minimal.json");
    REQUIRE(texts(minimal).empty());
    CHECK(minimal->services.size() == 1);
    const auto two_pools = load_file(SIPSTEER_EXAMPLES "/two-pools.json");
    REQUIRE(texts(two_pools).empty());
    CHECK(two_pools->pools.size() == 2);
    CHECK(two_pools->services.size() == 5);
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
