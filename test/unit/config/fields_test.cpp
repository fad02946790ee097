// SPDX-License-Identifier: Apache-2.0
//
// What a single field may hold.
#include "config_cases.hpp"

#include "config/duration.hpp"

#include <sipsteer/limits.h>

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

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
        {{"/pools/0/servers/0/tier", "15"}, {}},
        {{"/pools/0/servers/0/tier", "16"},
         {"pools[0].servers[0].tier: 16 is out of range: 0 to 15"}},
        {{"/pools/0/servers/0/max_calls", "268435456"}, {}},
        {{"/pools/0/servers/0/max_calls", "268435457"},
         {"pools[0].servers[0].max_calls: 268435457 is out of range: 0 to 268435456"}},
        {{"/pools/0/servers/0/max_new_calls_per_second", "1000000"}, {}},
        {{"/pools/0/servers/0/max_new_calls_per_second", "1000001"},
         {"pools[0].servers[0].max_new_calls_per_second: 1000001 is out of range: 0 to 1000000"}},
        {{"/pools/0/quorum", "0"}, {"pools[0].quorum: 0 is out of range: 1 to 4096"}},
        {{"/pools/0/tier_minimum", "4097"},
         {"pools[0].tier_minimum: 4097 is out of range: 1 to 4096"}},
        {{"/pools/0/reject", R"({"per_second": 100000})"}, {}},
        {{"/pools/0/reject", R"({"per_second": 0})"},
         {"pools[0].reject.per_second: 0 is out of range: 1 to 100000"}},
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
        {{"/pools/0/slow_start", R"("0s")"}, {}},
        {{"/pools/0/slow_start", R"("61m")"},
         {R"(pools[0].slow_start: "61m" is out of range: 0s to 1h)"}},
        {{"/pools/0/reject", R"({"retry_after": "0s"})"},
         {R"(pools[0].reject.retry_after: "0s" is out of range: 1s to 1h)"}},
        {{"/pools/0/reject", R"({"retry_after": "1500ms"})"},
         {R"(pools[0].reject.retry_after: "1500ms" is not a whole number of seconds)"}},
        {{"/pools/0/servers/0/drain_timeout", R"("168h")"}, {}},
        {{"/pools/0/servers/0/drain_timeout", R"("0s")"},
         {R"(pools[0].servers[0].drain_timeout: "0s" is out of range: 1s to 168h)"}},
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
         {R"(pools[0].probe.type: "ping" is unknown; supported: "none", "options", "tcp", )"
          R"("tcp-options")"}},
        {{"/pools/0/servers/0/admin", R"("drain")"},
         {R"(pools[0].servers[0].admin: "drain" is unknown; supported: "enabled", "draining", "disabled")"}},
        {{"/pools/0/key", R"("callid")"},
         {R"(pools[0].key: "callid" is unknown; supported: "call-id", "address-of-record", "call-id-and-via", "address-of-record-or-request-uri"; did you mean "call-id"?)"}},
        {{"/pools/0/when_down", R"("503")"},
         {R"(pools[0].when_down: "503" is unknown; supported: "drop", "pass", "reject")"}},
        {{"/services/0/protocol", R"("tcp")"},
         {R"(services[0].protocol: "tcp" is unknown; supported: "udp")"}},
        {{"/pools/0/scheduler", R"("maglev")"},
         {R"(pools[0].scheduler: "maglev" is unknown; supported: "hash", "round-robin", "weighted-round-robin", "least-calls", "source")"}},
    });
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
