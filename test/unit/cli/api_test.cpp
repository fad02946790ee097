// SPDX-License-Identifier: Apache-2.0
//
// The commands of sipsteer that ask the daemon, the program itself.
#include "cli_daemon.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <utility>

using namespace sipsteer::test;
using namespace std::string_literals;

namespace {

/// A capture file of UDP datagrams, raw IPv4, from 192.0.2.7:5060 to a port of 198.51.100.100.
std::string capture(const std::vector<std::pair<std::uint16_t, std::string>> &datagrams) {
    const auto little = [](std::uint32_t value) {
        std::string bytes;
        for (int shift = 0; shift < 32; shift += 8) {
            bytes += static_cast<char>(value >> shift);
        }
        return bytes;
    };
    const auto big = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    constexpr std::uint32_t kRawIp = 101;
    std::string file = little(0xa1b2c3d4) + std::string("\2\0\4\0", 4) + std::string(8, '\0') +
                       little(65535) + little(kRawIp);
    for (const auto &[port, payload] : datagrams) {
        const std::string packet =
            "\x45" + std::string(1, '\0') + big(28 + payload.size()) + std::string(4, '\0') +
            "\x40\x11" + std::string(2, '\0') + "\xc0\x00\x02\x07"s + "\xc6\x33\x64\x64" +
            big(5060) + big(port) + big(8 + payload.size()) + std::string(2, '\0') + payload;
        const auto size = static_cast<std::uint32_t>(packet.size());
        file += std::string(8, '\0') + little(size) + little(size) + packet;
    }
    return file;
}

} // namespace

TEST_CASE("sipsteer get servers: an aligned table, without colours in a pipe", "[cli]") {
    const Daemon daemon;
    const auto outcome = run(daemon, "get servers");
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output ==
          "SERVER                          ADDRESS        PORT  HEALTH  ADMIN     "
          "TAKES NEW  WEIGHT  LIVE CALLS  NEW CALLS  REHOMED  PACKETS\n"
          "proxies/proxy1                  198.51.100.11  5060  up      enabled   "
          "yes           100          12        345        0     6789\n"
          "proxies/a-proxy-of-a-long-name  2001:db8::12   5061  down    draining  "
          "-              50           -          -        -        -\n");
}

TEST_CASE("sipsteer status, get and describe", "[cli]") {
    const Daemon daemon;
    const auto status = run(daemon, "status");
    CHECK(status.exit_code == 0);
    CHECK_THAT(status.output, Catch::Contains("up for 1 d 1 h 1 min 1 s") &&
                                  Catch::Contains("interface eth0: native") &&
                                  Catch::Contains("calls: 12 of 1000") &&
                                  Catch::Contains("call_hit"));
    CHECK(json::parse(run(daemon, "status -o json").output) == kStatus);
    CHECK(json::parse(run(daemon, "get services sip -o json").output) ==
          json{kStatus["services"][0]});
    CHECK(run(daemon, "get pools").output ==
          "POOL     STATE  SINCE                 SERVERS  UP  TAKE NEW  MODE  SCHEDULER  REASON\n"
          "proxies  down   2026-11-22T07:00:00Z        2   1         1     -          -  no server "
          "is up\n");
    CHECK_THAT(run(daemon, "get services").output,
               Catch::Contains(" 5060      -  2026-11-22T07:00:00Z  proxies "));
    const auto one = run(daemon, "describe servers proxies/proxy1");
    CHECK_THAT(one.output, Catch::Contains("health: up\n") && Catch::Contains("pool: proxies\n"));
    CHECK_THAT(one.output, !Catch::Contains("a-proxy"));
    const auto none = run(daemon, "get servers nobody");
    CHECK(none.exit_code == 1);
    CHECK_THAT(none.output, Catch::Contains("\"nobody\""));
    CHECK(run(daemon, "get things").exit_code == 2);
}

TEST_CASE("sipsteer get calls: page by page, filtered", "[cli]") {
    const Daemon daemon;
    const auto asked = [&](const std::string &arguments) {
        const auto list = json::parse(run(daemon, "get calls -o json " + arguments).output);
        auto query = json::parse(list["calls"].back()["state"].get<std::string>());
        query.erase("limit");
        query.erase("after");
        return query;
    };
    CHECK(json::parse(run(daemon, "get calls -o json").output)["calls"].size() == 3);
    CHECK(asked("proxies/proxy1") == json{{"pool", "proxies"}, {"server", "proxy1"}});
    CHECK(asked("proxy1") == json{{"server", "proxy1"}});
    CHECK(
        asked("--pool p --state early --older-than 10m --idle 90") ==
        json{{"pool", "p"}, {"state", "early"}, {"older_than", "600"}, {"idle_longer_than", "90"}});
    const auto one = run(daemon, "get calls --limit 1");
    CHECK(one.exit_code == 0);
    CHECK_THAT(one.output, Catch::Contains("--after 200\n"));
    CHECK(json::parse(run(daemon, "get calls -o json --after 200").output)["calls"].size() == 2);
    CHECK(run(daemon, "get calls a/b --pool c").exit_code == 2);
    CHECK(run(daemon, "get calls --idle soon").exit_code == 2);
    CHECK(run(daemon, "get servers --state early").exit_code == 2);
}

TEST_CASE("sipsteer describe calls", "[cli]") {
    const Daemon daemon;
    const auto call =
        run(daemon, "describe calls there --pool p --to-user u --via v --source 1::2");
    CHECK(call.exit_code == 0);
    CHECK(call.output == "call_id: there\nfound: yes\npools[0].pool: proxies\n"
                         "pools[0].reason: not there\nquery.pool: p\nquery.source: 1::2\n"
                         "query.to_user: u\nquery.via: v\n");
    const auto none = run(daemon, "describe calls nobody");
    CHECK(none.exit_code == 1);
    CHECK_THAT(none.output, Catch::StartsWith("sipsteer: no pool has the call \"nobody\""));
    CHECK(run(daemon, "describe calls").exit_code == 2);
}

TEST_CASE("sipsteer explain asks the daemon", "[cli]") {
    Daemon daemon;
    const auto call = run(daemon, "explain 'a/b?c%@host' -o json");
    CHECK(call.exit_code == 0);
    CHECK(json::parse(call.output)["call_id"] == "a/b?c%@host");
    CHECK_THAT(run(daemon, "explain x").output, Catch::Contains("pool proxies: not there"));
    const std::string payload = "BYE sip:a SIP/2.0\r\nCall-ID: x\r\n\r\n";
    const auto datagram = run(daemon, "explain --datagram " + daemon.write("datagram", payload));
    CHECK(datagram.exit_code == 0);
    CHECK_THAT(datagram.output,
               Catch::Contains("request BYE") && Catch::Contains("pool proxies: it is new"));
    CHECK(daemon.body() == payload);
}

TEST_CASE("sipsteer explain --pcap: each datagram's service by its destination", "[cli]") {
    const Daemon daemon;
    const auto file =
        daemon.write("pcap", capture({{5080, "\r\n\r\n"}, {5060, "\r\n\r\n"}, {5099, "x"}}));
    const auto services = [&](const std::string &options) {
        std::istringstream lines(run(daemon, "explain -o json --pcap " + file + options).output);
        std::string found;
        for (std::string line; std::getline(lines, line);) {
            const auto way = json::parse(line)["way"];
            found += (way.is_null() ? "null" : way["service"].get<std::string>()) + ' ';
        }
        return found;
    };
    CHECK(services("") == "trunk sip null ");
    CHECK(services(" --service sip") == "sip sip sip ");
    CHECK_THAT(run(daemon, "explain --pcap " + file).output,
               Catch::EndsWith("\nno service has this destination\n"));
}

TEST_CASE("sipsteer explain: the daemon's key, or under which secret it is", "[cli]") {
    const Daemon daemon;
    const std::string bye = "BYE sip:a SIP/2.0\r\nCall-ID: c\r\n\r\n";
    const std::string secret = " --secret " + daemon.write("secret", std::string(16, 'k'));
    const auto datagram = "explain --datagram " + daemon.write("bye", bye);
    CHECK_THAT(run(daemon, datagram + secret).output,
               Catch::Contains("Key:        00000000deadbeef, from the Call-ID\n"));
    const json found = json::parse(run(daemon, datagram + " -o json").output);
    CHECK(found["key"] == "00000000deadbeef");
    CHECK(found["key_secret"] == "daemon");
    CHECK_THAT(run(daemon, datagram + " --offline" + secret).output,
               Catch::Contains(", from the Call-ID, with the given secret\n"));
    const auto via = daemon.write("via", "BYE sip:a SIP/2.0\r\nCall-ID: c\r\n"
                                         "Via: SIP/2.0/UDP 192.0.2.7\r\n\r\n");
    CHECK(json::parse(run(daemon, "explain -o json --datagram " + via).output)["key_of"] ==
          "call-id-and-via");

    const auto file = "explain --pcap " + daemon.write("pcap", capture({{5060, bye}, {5060, "x"}}));
    const auto lines = run(daemon, file + secret).output;
    INFO(lines);
    CHECK_THAT(lines, Catch::Contains("Call-ID c  key 00000000deadbeef\n"));
    CHECK_THAT(lines, Catch::Contains(" (with the given secret)\n"));
    const auto offline = run(daemon, file + " --offline").output;
    CHECK_THAT(offline, !Catch::Contains("deadbeef") && Catch::Contains(" (with "));
}

TEST_CASE("sipsteer explain: what a call goes by besides its Call-ID", "[cli]") {
    const Daemon daemon;
    const auto call =
        run(daemon, "explain x -o json --to-user bob --via h:5060 --source ::1 --pool p");
    CHECK(json::parse(call.output)["query"] ==
          json{{"to_user", "bob"}, {"via", "h:5060"}, {"source", "::1"}, {"pool", "p"}});
    CHECK(run(daemon, "explain --pcap x --via h").exit_code == 2);
}

TEST_CASE("sipsteer drain, enable and disable", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "drain proxies/proxy1 --timeout 30s").exit_code == 0);
    CHECK(json::parse(daemon.body()) == json{{"admin", "draining"}, {"drain_timeout", "30s"}});
    CHECK(run(daemon, "drain proxies/proxy1 --timeout 2d").exit_code == 0);
    CHECK(json::parse(daemon.body())["drain_timeout"] == "48h");
    CHECK(run(daemon, "drain proxies/proxy1").output == "proxies/proxy1: draining\n");
    CHECK(json::parse(daemon.body()) == json{{"admin", "draining"}, {"drain_timeout", nullptr}});
    CHECK(run(daemon, "enable proxies/proxy1").output == "proxies/proxy1: enabled\n");
    CHECK(json::parse(daemon.body()) == json{{"admin", "enabled"}});
    CHECK(run(daemon, "disable proxies/proxy1").exit_code == 0);
    CHECK(json::parse(daemon.body()) == json{{"admin", "disabled"}});
    const auto none = run(daemon, "drain proxies/prox1");
    CHECK(none.exit_code == 1);
    CHECK(none.output ==
          "sipsteer: there is no server proxies/prox1; did you mean \"proxies/proxy1\"?\n");
    CHECK(run(daemon, "drain /proxy1").exit_code == 2);
}

TEST_CASE("sipsteer drain: a deadline that is over already, and one that is not", "[cli]") {
    Daemon daemon;
    const auto refused = run(daemon, "drain p/draining --timeout 10m");
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.output, Catch::Contains("p/draining drains since 2001-09-09T01:46:40Z") &&
                                   Catch::Contains("its deadline passed at 2001-09-09T01:56:40Z"));
    CHECK(daemon.body().empty());
    const auto forced = run(daemon, "drain p/draining --timeout 10m --force");
    CHECK(forced.exit_code == 0);
    CHECK(forced.output == "p/draining: draining, until 2096-10-02T07:06:40Z at most\n");
    CHECK(json::parse(daemon.body())["drain_timeout"] == "10m");
    CHECK(run(daemon, "drain p/draining --timeout 999999h").exit_code == 0);
    CHECK(run(daemon, "drain p/draining --timeout soon").exit_code == 2);
}

TEST_CASE("sipsteer apply and diff", "[cli]") {
    Daemon daemon;
    const auto file = daemon.write("config", R"({"pools": []})");
    CHECK(run(daemon, "apply -f " + file).output == "changed:\n  log_level: info -> ?\n");
    CHECK(json::parse(run(daemon, "apply -o json -f " + file).output)["changed"] == true);
    CHECK(daemon.body() == R"({"pools": []})");
    CHECK(run(daemon, "diff -f " + file).output == "nothing changes\n");
    CHECK(run(daemon, "apply -f /nonexistent").exit_code == 2);
}

TEST_CASE("sipsteer diff and apply --exit-code", "[cli]") {
    const Daemon daemon;
    const auto code = [&](const std::string &command, const std::string &config) {
        return run(daemon, command + " --exit-code -f " + daemon.write("config", config)).exit_code;
    };
    CHECK(code("diff", R"({"pools": []})") == 0); // the daemon here reports no difference
    CHECK(code("apply", R"({"pools": []})") == 1);
    CHECK(code("diff", R"({"pin_dir": "/x"})") == 2); // needs a restart
    CHECK(code("apply", "odd") == 2);                 // refused
    CHECK(code("--api /nonexistent diff", "{}") == 3);
    CHECK(run(daemon, "diff --exit-code -f /nonexistent").exit_code == 2);
}

TEST_CASE("sipsteer diff: what apply would refuse", "[cli]") {
    const Daemon daemon;
    const auto file = daemon.write("config", R"({"pin_dir": "/x"})");
    const std::string refusal = "sipsteer: apply would refuse the file because of pin_dir; edit "
                                "the daemon's own configuration file and restart the daemon\n";
    const auto text = run(daemon, "diff -f " + file);
    CHECK(text.exit_code == 1);
    CHECK(text.output == "would change:\n  log_level: info -> ?\n"
                         "  pin_dir: changes only at a restart\n" +
                             refusal);
    const auto as_json = run(daemon, "diff -o json -f " + file);
    CHECK(as_json.exit_code == 1);
    CHECK_THAT(as_json.output, Catch::Contains("\"restart_needed\"") && Catch::EndsWith(refusal));
}

TEST_CASE("sipsteer top --once: one picture", "[cli]") {
    const Daemon daemon;
    const auto once = run(daemon, "top --once");
    CHECK(once.exit_code == 0);
    CHECK_THAT(once.output, Catch::StartsWith("sipsteerd 0.1.0, calls: 12 of 1000\n") &&
                                Catch::Contains("proxies/proxy1"));
    CHECK(run(daemon, "top").exit_code == 2); // no terminal
}

TEST_CASE("sipsteer top --once -o json: rates as numbers", "[cli]") {
    const Daemon daemon;
    const auto top = json::parse(run(daemon, "top --once -o json").output);
    CHECK(top["calls"] == json{{"live", 12}, {"capacity", 1000}});
    REQUIRE(top["servers"].size() == 2);
    CHECK(top["servers"][1]["server"] == "proxies/proxy1");
    CHECK(top["servers"][1]["health"] == "up");
    CHECK(top["servers"][1]["packets_per_second"] == 0.0);
    CHECK(top["services"][0]["service"] == "sip");
    CHECK(run(daemon, "top -o json").exit_code == 2);
}

TEST_CASE("sipsteer help and version", "[cli]") {
    const Daemon daemon;
    CHECK(run(daemon, "help").output == run(daemon, "--help").output);
    CHECK(run(daemon, "help set pool").output == run(daemon, "set pool --help").output);
    CHECK(run(daemon, "help drain").output == run(daemon, "drain --help").output);
    const auto none = run(daemon, "help set pol");
    CHECK(none.exit_code == 2);
    CHECK(none.output == "sipsteer: help: there is no command \"pol\"; did you mean \"pool\"?\n");
    CHECK_THAT(run(daemon, "version").output,
               Catch::StartsWith("sipsteer ") && Catch::EndsWith("\nsipsteerd 0.1.0\n"));
    const auto alone = run(daemon, "version --api /nonexistent");
    CHECK(alone.exit_code == 0);
    CHECK_THAT(alone.output, Catch::EndsWith("\nsipsteerd does not answer\n"));
    CHECK(json::parse(run(daemon, "version -o json").output)["sipsteerd"] == "0.1.0");
}

TEST_CASE("sipsteer get and describe: one thing in the singular", "[cli]") {
    const Daemon daemon;
    for (const char *kind : {"service", "pool", "server", "call"}) {
        INFO(kind);
        CHECK(run(daemon, "get "s + kind).output == run(daemon, "get "s + kind + 's').output);
    }
    CHECK(run(daemon, "describe server proxy1").output ==
          run(daemon, "describe servers proxies/proxy1").output);
    CHECK(run(daemon, "describe call there").exit_code == 0);
    CHECK(run(daemon, "get call --idle 1d").exit_code == 0);
}

TEST_CASE("sipsteer events: a list", "[cli]") {
    const Daemon daemon;
    CHECK(run(daemon, "events --last 3").output ==
          "2026-11-22T07:00:00.123Z  warning  server_down pool=proxies why=\"timeout 3 of 3\"\n");
    CHECK(json::parse(run(daemon, "events --last 3 -o json").output)["id"] == 5);
    CHECK(run(daemon, "events --last 3 --calls 1").exit_code == 2);
    CHECK(run(daemon, "events --last 0").exit_code == 2);
    CHECK(run(daemon, "events --calls 2").exit_code == 2);
}

TEST_CASE("sipsteer events: a stream that ends is asked for again, behind its last event",
          "[cli]") {
    const Daemon daemon;
    const auto outcome = run(daemon, "events --last 1 -f --calls 0.5 --server p/s --source ::/0 "
                                     "--call-id 'a b' --type one,two");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.output ==
          "2026-11-22T07:00:00.123Z  warning  server_down pool=proxies why=\"timeout 3 of 3\"\n"
          "-  info     one,two,call_events_lost call_id=\"a b\" calls=0.5 server=p/s source=::/0\n"
          "sipsteer: the daemon at " +
              daemon.socket() +
              " stopped answering; retrying\n"
              "sipsteer: that is all\n");
}

TEST_CASE("sipsteer: an answer that comes before the request was read", "[cli]") {
    Limits none;
    none.connections = 0;
    const Daemon daemon(none);
    const auto large = daemon.write("large", std::string(4 * 1024 * 1024, 'x')); // no buffer has it
    for (const auto &command : {"status"s, "explain --datagram " + large}) {
        const auto outcome = run(daemon, command);
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.output == "sipsteer: too many connections\n");
    }
}

TEST_CASE("sipsteer --ca-file: one that is none, or not needed", "[cli]") {
    const Daemon daemon;
    const auto none = run(daemon, "--api https://127.0.0.1:1 --ca-file " +
                                      daemon.write("ca", "nothing") + " status");
    CHECK(none.exit_code == 2);
    CHECK_THAT(none.output, Catch::StartsWith("sipsteer: --ca-file: "));
    CHECK(run(daemon, "status --ca-file /nonexistent").exit_code == 2);
}

TEST_CASE("sipsteer: a problem document with fields of other types", "[cli]") {
    const Daemon daemon;
    const auto outcome = run(daemon, "drain odd/x --timeout 1s");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.output == "sipsteer: nothing changed: the daemon refuses the server odd/x\n"
                            "  -: -\n  -: no\\x0a\n");
    const auto refused = run(daemon, "diff -f " + daemon.write("odd", "odd"));
    CHECK(refused.output == "sipsteer: the daemon answered 422 Unprocessable Entity\n"
                            "  : \n  : no\\x0a\n");
}

TEST_CASE("sipsteer completion bash: what may follow", "[cli]") {
    const Daemon daemon;
    const auto script = daemon.write("script", run(daemon, "completion bash").output);
    const std::string program = SIPSTEER_PROGRAM;
    // The words as bash splits them; what is offered for the last one.
    const auto offered = [&](const std::string &words) {
        const auto shown = run_shell("SIPSTEER_API=" + daemon.socket() + " bash -c '. " + script +
                                     "; COMP_WORDS=(" + program + ' ' + words +
                                     "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sipsteer; "
                                     "echo \"${COMPREPLY[*]}\"' 2>&1");
        CHECK(shown.exit_code == 0);
        return shown.output;
    };
    CHECK(offered("get se") == "services servers\n");
    CHECK(offered("drain --ti") == "--timeout\n");
    CHECK(offered("status --o") == "--output\n"); // those of all commands, too
    CHECK(offered("-o \"\"") == "text table json\n");
    CHECK(offered("get servers --output j") == "json\n");
    CHECK(offered("get --output = j") == "json\n");
    CHECK(offered("get calls --state c") == "confirmed closing\n");
    CHECK(offered("trace --reason call_n") == "call_new call_no_room\n");
    CHECK(offered("doctor --only vip,vip-") == "vip,vip-leak\n");
    CHECK(offered("trace --count \"\"") == "\n"); // a number: nothing, no file either
    for (const char *file : {"apply -f", "config check", "trace -w", "doctor -c", "--token-file"}) {
        CHECK(offered(file + " \"\""s) == "\n"); // bash's own: files
    }
    const std::string servers = "proxies/proxy1 proxies/a-proxy-of-a-long-name\n";
    CHECK(offered("drain \"\"") == servers);
    CHECK(offered("get servers \"\"") == servers);
    CHECK(offered("trace --server proxies/p") == "proxies/proxy1\n");
    CHECK(offered("describe pools p") == "proxies\n");
    CHECK(offered("explain --service t") == "trunk\n");
    CHECK(offered("describe calls \"\"") == "\n");
    CHECK(offered("delete server \"\"") == servers);
    CHECK(offered("delete pool \"\"") == "proxies\n");
    CHECK(offered("wait proxies/proxy1 d") == "down drained\n");
    CHECK(offered("help dr") == "drain\n");
    CHECK(offered("get server proxies/p") == "proxies/proxy1\n");
    CHECK(offered("rehome c") == "call\n");
    CHECK(offered("rehome proxies/p") == "proxies/proxy1\n");
    CHECK(offered("log-level i") == "info\n");
    CHECK(offered("set proxies/proxy1 ma") == "max_calls= max_new_calls_per_second=\n");
    CHECK(offered("set proxies/proxy1 weight = 5 adm") == "admin=\n");
    CHECK(offered("set proxies/proxy1 admin = d") == "draining disabled\n");
    CHECK(offered("set pool proxies probe.int") == "probe.interval=\n");
    CHECK(offered("add service s --f") == "--file\n");
    CHECK(offered("--api /nonexistent drain \"\"") == "\n"); // quietly, and as it was asked
    CHECK(offered("--api http : //127.0.0.1 : 1 drain \"\"") == "\n");
}
