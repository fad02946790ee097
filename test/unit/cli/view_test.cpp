// SPDX-License-Identifier: Apache-2.0
//
// What the command line shows, from values: tables, rates, places of the API.
#include "cli/change_view.hpp"
#include "cli/client.hpp"
#include "cli/endpoint.hpp"
#include "cli/event_line.hpp"
#include "cli/server_sent.hpp"
#include "cli/since.hpp"
#include "cli/table.hpp"
#include "cli/top_view.hpp"
#include "cli/views.hpp"
#include "cli/words.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace sipsteer::cli;
using nlohmann::json;

TEST_CASE("a table: numbers to the right, text to the left, nothing at a line's end", "[cli]") {
    Table table({"NAME", "COUNT"});
    table.add({{"a"}, {"5"}});
    table.add({{"\xc3\xa4\xc3\xb6\xc3\xbc-long"}, {"12345678"}}); // 8 characters, 11 bytes
    CHECK(table.print(false) == "NAME         COUNT\n"
                                "a                5\n"
                                "\xc3\xa4\xc3\xb6\xc3\xbc-long  12345678\n");
    CHECK(Table({"A", "B"}).print(true) == "A  B\n");
}

TEST_CASE("a table: colours are not counted as width", "[cli]") {
    Table table({"HEALTH", "X"});
    table.add({{"up", Colour::Good}, {"y"}});
    CHECK(table.print(true) == "HEALTH  X\n\x1b[32mup\x1b[0m      y\n");
    CHECK(table.print(false) == "HEALTH  X\nup      y\n");
}

TEST_CASE("top: rates are those between two readings", "[cli]") {
    const auto status = [](int packets, int calls) {
        return json{{"services", {{{"name", "sip"}, {"packets", packets}, {"bytes", 0}}}},
                    {"pools",
                     {{{"name", "p"},
                       {"servers",
                        {{{"name", "s"},
                          {"health", "up"},
                          {"admin", "enabled"},
                          {"live_calls", 4},
                          {"new_calls", calls},
                          {"packets", packets}}}}}}}};
    };
    const auto find = [](const std::string &text, const std::string &line) {
        return text.find(line) != std::string::npos;
    };
    const auto shown = top_view({status(100, 10), status(150, 11), 2}, false);
    INFO(shown);
    CHECK(find(shown, "\nsip           25.0      0.0\n"));
    CHECK(find(shown, "\np/s     up      enabled           4          0.5       25.0\n"));
    // The daemon's maps were made anew.
    CHECK(find(top_view({status(100, 10), status(3, 1), 1}, false),
               "\nsip            0.0      0.0\n"));
    CHECK(find(top_view({json::object(), status(100, 10), 1}, false),
               "\nsip            0.0      0.0\n"));
}

TEST_CASE("top: in a low window what is not well comes first, and what is missing is said",
          "[cli]") {
    json servers = json::array();
    for (const char *name : {"a", "b", "c", "d", "e"}) {
        servers.push_back({{"name", name},
                           {"health", *name == 'd' ? "down" : "up"},
                           {"admin", *name == 'e' ? "draining" : "enabled"}});
    }
    const json status = {{"services", {{{"name", "s1"}}, {{"name", "s2"}}}},
                         {"pools", {{{"name", "p"}, {"servers", servers}}}}};
    const auto shown = [&](std::size_t lines) {
        std::istringstream text(top_view({status, status, 1}, false, lines));
        std::vector<std::string> words; // each line's first
        for (std::string line; std::getline(text, line);) {
            words.push_back(line.substr(0, line.find("  ")));
        }
        return words;
    };
    using Words = std::vector<std::string>;
    const std::string first = "sipsteerd -, calls: - of -";
    const Words all = {first,    "",    "SERVICE", "s1",  "s2",  "",
                       "SERVER", "p/a", "p/b",     "p/c", "p/d", "p/e"};
    CHECK(shown(12) == all);
    CHECK(shown(100) == all);
    CHECK(shown(11) == Words{first, "", "SERVICE", "s1", "", "SERVER", "p/d", "p/e", "p/a", "p/b",
                             "2 more rows; enlarge the window"});
    CHECK(shown(7) ==
          Words{first, "", "SERVICE", "", "SERVER", "p/d", "6 more rows; enlarge the window"});
    for (std::size_t lines = 2; lines < 14; lines++) {
        CHECK(shown(lines).size() <= lines);
    }
}

TEST_CASE("places of the API", "[cli]") {
    CHECK(parse_endpoint("/run/a.sock")->socket == "/run/a.sock");
    CHECK(parse_endpoint("unix:/run/a.sock")->socket == "/run/a.sock");
    CHECK(parse_endpoint("http://192.0.2.1:8080")->host == "192.0.2.1");
    CHECK(parse_endpoint("http://192.0.2.1:8080/")->port == "8080");
    CHECK(parse_endpoint("http://[2001:db8::1]:80")->host == "2001:db8::1");
    CHECK_FALSE(parse_endpoint("http://192.0.2.1:8080")->tls);
    CHECK(parse_endpoint("https://balancer.example:8443")->host == "balancer.example");
    CHECK(parse_endpoint("https://[2001:db8::1]:8443/")->tls);
    for (const auto *bad :
         {"", "name", "http://", "http://a", "http://:80", "http://a:", "http://a:b", "ftp://a:1",
          "https://a", "http://2001:db8::1:80", "http://[]:1", "http://a/b:1"}) {
        INFO(bad);
        CHECK_FALSE(parse_endpoint(bad).ok());
    }
}

TEST_CASE("what goes into a path is escaped, what goes to a terminal is harmless", "[cli]") {
    CHECK(escape("a-b_c.d~e") == "a-b_c.d~e");
    CHECK(escape("a/b?c%@\xff") == "a%2Fb%3Fc%25%40%FF");
    CHECK(printable("a\x1b[2J\x7f\xc3\xa4") == "a\\x1b[2J\\x7f\xc3\xa4");
    CHECK(printable("\xc2\x9b\u202e") == "\\xc2\\x9b\\xe2\\x80\\xae");
}

TEST_CASE("server-sent events, however they are cut into pieces", "[cli]") {
    const std::string stream =
        "retry: 2000\n\n: nothing new\n\nid: 7\ndata: {\"a\":1}\n\n"
        "data:x\r\ndata\r\nunknown: y\r\n\r\nid\n\n: a: b\ndata:  z\r\rdata: cut";
    const std::vector<std::string> expected = {"7|{\"a\":1}", "7|x\n", "| z"};
    for (std::size_t size = 1; size <= stream.size(); size++) {
        std::vector<std::string> seen;
        ServerSentReader reader(
            [&](const ServerSentEvent &event) { seen.push_back(event.id + '|' + event.data); });
        for (std::size_t at = 0; at < stream.size(); at += size) {
            reader.read(std::string_view(stream).substr(at, size));
        }
        CHECK(seen == expected);
    }
}

TEST_CASE("when pools and services last changed", "[cli]") {
    const auto event = [](const char *pool, const char *time) {
        return json{{"pool", pool}, {"time", time}, {"type", "pool_up"}};
    };
    const json events = {{"events",
                          {event("p", "2026-11-22T07:00:00.123Z"),
                           event("p", "2026-11-22T08:00:00.999Z"), event("x", "T")}}};
    json status = {{"pools", {{{"name", "p"}}, {{"name", "q"}}}},
                   {"services", {{{"name", "p"}, {"pool", "q"}}, {{"name", "s"}, {"pool", "p"}}}}};
    add_since(status, events);
    CHECK(status["pools"][0]["since"] == "2026-11-22T08:00:00Z");
    CHECK_FALSE(status["pools"][1].contains("since"));
    CHECK_FALSE(status["services"][0].contains("since"));
    CHECK(status["services"][1]["since"] == "2026-11-22T08:00:00Z");
    json empty = json::object();
    add_since(empty, json());
    CHECK(empty.empty());
}

TEST_CASE("a status fits 80 columns", "[cli]") {
    json status = {{"version", "0.1.0"}, {"uptime_seconds", 8640000}};
    status["services"] = {{{"name", "a-service-name"},
                           {"address", "198.51.100.100"},
                           {"port", 5060},
                           {"state", "down"},
                           {"pool", "a-pool-of-a-name"},
                           {"packets", 12345678901}}};
    status["pools"] = {{{"name", "proxies"},
                        {"servers",
                         {{{"name", "a-proxy-of-a-name"},
                           {"health", "unprobed"},
                           {"admin", "draining"},
                           {"takes_new", true},
                           {"live_calls", 1234567},
                           {"packets", 1234567890}}}}}};
    const std::string why = "a long text of many words, more than one line of a terminal can have";
    status["reasons"] = {
        {{"reason", "fragment_orphan"}, {"verdict", "drop"}, {"packets", 1234567}, {"text", why}}};
    const auto text = status_view(status, false);
    INFO(text);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 80);
    }
    const std::size_t indent = text.find("WHY") - text.find("REASON");
    CHECK_THAT(text, Catch::EndsWith(" one line\n" + std::string(indent, ' ') +
                                     "of a terminal can have\n"));
}

TEST_CASE("an event in one line", "[cli]") {
    const json event = {{"id", 1},
                        {"time", "T"},
                        {"level", "error"},
                        {"type", "broken"},
                        {"why", "no \x1b[2J way"},
                        {"empty", ""},
                        {"count", 3},
                        {"list", {"a", "b"}}};
    CHECK(event_line(event, false) ==
          "T  error    broken count=3 empty=\"\" list=[\"a\",\"b\"] why=\"no \\u001b[2J way\"");
    CHECK(event_line(event, true).find("\x1b[31mbroken\x1b[0m") != std::string::npos);
    CHECK(event_line({{"type", "call_events_lost"}, {"count", 9}}, true) ==
          "-  -        \x1b[33mcall_events_lost\x1b[0m count=9");
}

TEST_CASE("a change: fields with old and new value, what is added and removed", "[cli]") {
    const auto config = [](int weight, const char *interval, const char *level) {
        return json{{"log_level", level},
                    {"services", json::array()},
                    {"pools",
                     {{{"name", "p"},
                       {"probe", {{"interval", interval}, {"accept", {200}}}},
                       {"servers", {{{"name", "a"}, {"weight", weight}}}}}}}};
    };
    const json nothing = {
        {"added", json::array()}, {"removed", json::array()}, {"changed", json::array()}};
    json report = {
        {"changed", true},
        {"changes",
         {{"settings", {"log_level"}},
          {"services", nothing},
          {"pools", nothing},
          {"servers", nothing}}},
        {"rings", {{{"pool", "p"}, {"moved_share", 0.25}}, {{"pool", "q"}, {"moved_share", 0}}}},
        {"restart_needed", {"api"}},
        {"warnings", {"late"}}};
    report["changes"]["services"]["added"] = {{{"service", "s"}}};
    report["changes"]["pools"]["changed"] = {{{"pool", "p"}, {"fields", {"probe"}}}};
    report["changes"]["servers"]["changed"] = {
        {{"pool", "p"}, {"server", "a"}, {"fields", {"drain_timeout", "weight"}}}};
    report["changes"]["servers"]["removed"] = {{{"pool", "p"}, {"server", "b"}}};
    json after = config(400, "1s", "debug");
    after["pools"][0]["servers"][0]["drain_timeout"] = "10m";
    const ChangeShown change = {report,
                                config(100, "500ms", "info"),
                                after,
                                {{"services", {{{"name", "s"}, {"address", "192.0.2.1"}}}}}};
    CHECK(change_view(change, true, false) ==
          "would change:\n"
          "  log_level: info -> debug\n"
          "+ service s\n"
          "+   address: 192.0.2.1\n"
          "  pool p\n"
          "    probe.interval: 500ms -> 1s\n"
          "- server p/b\n"
          "  server p/a\n"
          "    drain_timeout: - -> 10m\n"
          "    weight: 100 -> 400\n"
          "  pool p: 25.0 % of new calls move to another server\n"
          "  api: changes only at a restart\n"
          "  warning: late\n");
    CHECK(change_view(change, false, true).find("\x1b[31m- server p/b\x1b[0m\n") !=
          std::string::npos);
    CHECK(change_view({{{"changed", false}}, {}, {}, {}}, true, false) == "nothing changes\n");
    ChangeShown unknown = change;
    unknown.after = nullptr;
    CHECK(change_view(unknown, false, false).find("    weight: 100 -> ?\n") != std::string::npos);
}

TEST_CASE("a cluster: connections, what is shared, the other directors", "[cli]") {
    CHECK(cluster_view({{"configured", false}}, false) == "no cluster is configured\n");
    const json cluster{
        {"configured", true},
        {"name", "west"},
        {"director", "west-1"},
        {"share", "calls"},
        {"tell", {{"connected", true}, {"address", "/run/redis.sock"}, {"problem", nullptr}}},
        {"hear", {{"connected", false}, {"address", "192.0.2.1:6379"}, {"problem", "refused"}}},
        {"calls_shared", 120},
        {"calls_waiting", 3},
        {"lost", 4},
        {"directors",
         {{{"name", "west-2"},
           {"here", true},
           {"lag_seconds", 0.0015},
           {"calls_received", 50},
           {"differs", nullptr}},
          {{"name", "west-3"}, {"here", true}, {"lag_seconds", 0}, {"differs", "secret"}},
          {{"name", "west-4"}, {"here", false}, {"lag_seconds", 0}, {"differs", nullptr}}}}};
    CHECK(cluster_view(cluster, false) == "cluster west, director west-1, shares calls\n"
                                          "tells /run/redis.sock: connected\n"
                                          "hears 192.0.2.1:6379: refused\n"
                                          "calls shared 120, waiting 3, lost 4\n"
                                          "DIRECTOR  STATE            LAG     CALLS RECEIVED\n"
                                          "west-2    here             0.002s              50\n"
                                          "west-3    differs: secret  0.000s               0\n"
                                          "west-4    silent           0.000s               0\n");
}
