// SPDX-License-Identifier: Apache-2.0
//
// The files of other balancers: what becomes of each, and that no line is dropped without a word.
#include "cli/foreign/blocks.hpp"
#include "cli/foreign/dispatcher.hpp"
#include "cli/foreign/draft.hpp"
#include "cli/foreign/ipvs.hpp"
#include "cli/foreign/keepalived.hpp"
#include "cli/foreign/lines.hpp"
#include "cli/foreign/smallest.hpp"
#include "config/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace sipsteer;
using namespace sipsteer::foreign;
using nlohmann::json;

namespace {

std::string contents(const std::string &path) {
    std::ifstream file(std::string(SIPSTEER_SOURCE_DIR) + '/' + path);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string sample(const std::string &name) {
    return contents("test/unit/cli/foreign/" + name);
}

Wanted with_vips(std::vector<std::string> vips) {
    return {"eth0", std::move(vips)};
}

/// Of one line, without "note" or "left out".
std::vector<std::string> remarks_on(const Imported &imported, unsigned line, bool left_out) {
    std::vector<std::string> texts;
    for (const auto &remark : imported.remarks) {
        if (remark.line == line && remark.left_out == left_out) {
            texts.push_back(remark.text);
        }
    }
    return texts;
}

/// As the daemon reads it: it must be valid, and the same.
config::Config read_back(const Imported &imported) {
    const auto parsed = config::parse(smallest(imported.config));
    INFO((parsed ? "" : parsed.error_text()));
    REQUIRE(parsed);
    CHECK(*parsed == imported.config);
    return *parsed;
}

std::string without_line(const std::string &text, unsigned number) {
    std::istringstream lines(text);
    std::string rest;
    std::string line;
    for (unsigned n = 1; std::getline(lines, line); n++) {
        rest += (n == number ? "" : line) + '\n';
    }
    return rest;
}

/// The lines that could be taken away and nothing would tell: neither the configuration nor a
/// remark.
template <typename Import>
std::vector<unsigned> silent_lines(const std::string &text, const Import &import) {
    std::vector<unsigned> silent;
    const auto whole = import(text);
    for (const auto &line : lines_of(text, "#!")) {
        const auto less = import(without_line(text, line.number));
        if (less.config == whole.config && less.remarks == whole.remarks) {
            silent.push_back(line.number);
        }
    }
    return silent;
}

constexpr const char *kServer = "-a -u 198.51.100.100:5060 -r 198.51.100.11 -g";

Imported ipvs_service(const std::string &options, const std::string &server = kServer) {
    return import_ipvs("-A -u 198.51.100.100:5060 " + options + '\n' + server + '\n', {"eth0", {}});
}

Imported keepalived_service(const std::string &fields) {
    return import_keepalived("virtual_server 198.51.100.100 5060 {\nprotocol UDP\nlb_kind DR\n" +
                                 fields + "\n}\n",
                             {"eth0", {}});
}

Imported dispatcher_line(const std::string &line) {
    return import_dispatcher(line + '\n', with_vips({"198.51.100.100"}));
}

} // namespace

TEST_CASE("ipvsadm: services and servers are carried over", "[import]") {
    const auto config = read_back(import_ipvs(sample("ipvs.rules"), {"ens3", {}}));
    CHECK(config.interfaces[0].name == "ens3");
    REQUIRE(config.services.size() == 3);
    CHECK(config.services[0].address == *Address::parse("198.51.100.100"));
    CHECK(config.services[2].address == *Address::parse("2001:db8:1::100"));
    REQUIRE(config.pools.size() == 3);
    CHECK(config.pools[0].scheduler == config::Scheduler::WeightedRoundRobin);
    REQUIRE(config.pools[0].servers.size() == 3);
    CHECK(config.pools[0].servers[1].weight == 50);
    CHECK(config.pools[0].servers[2].weight == 0);
    CHECK(config.pools[1].servers[1].max_calls == 2000);
    CHECK(config.pools[2].scheduler == config::Scheduler::Source);
    CHECK(config.pools[2].servers[0].weight == 100); // "lc" knows no weights
    CHECK(config.pools[2].servers[1].weight == 100);
}

TEST_CASE("ipvsadm: each scheduler has its counterpart, or is left out", "[import]") {
    using config::Scheduler;
    const auto scheduler_of = [](const std::string &name) {
        const auto imported = ipvs_service("-s " + name + " -p 300 --pe sip");
        return std::pair(imported.config.pools.at(0).scheduler, imported.is_whole());
    };
    CHECK(scheduler_of("rr") == std::pair(Scheduler::RoundRobin, true));
    CHECK(scheduler_of("wrr") == std::pair(Scheduler::WeightedRoundRobin, true));
    CHECK(scheduler_of("lc") == std::pair(Scheduler::LeastCalls, true));
    CHECK(scheduler_of("wlc") == std::pair(Scheduler::LeastCalls, true));
    CHECK(scheduler_of("sh") == std::pair(Scheduler::Source, true));
    CHECK(scheduler_of("mh") == std::pair(Scheduler::Source, true));
    CHECK(scheduler_of("sed") == std::pair(Scheduler::LeastCalls, false));
    CHECK(scheduler_of("nq") == std::pair(Scheduler::LeastCalls, false));
    CHECK(scheduler_of("dh") == std::pair(Scheduler::Hash, false));
    CHECK(scheduler_of("lblcr") == std::pair(Scheduler::Hash, false));
    CHECK(scheduler_of("ovf") == std::pair(Scheduler::Hash, false));
    CHECK(ipvs_service("").config.pools.at(0).scheduler == Scheduler::LeastCalls); // wlc
}

TEST_CASE("ipvsadm: a rule in long words, of a script, without a port, reads the same",
          "[import]") {
    const auto plain = ipvs_service("-s wrr -p 300 --pe sip",
                                    "-a -u 198.51.100.100:5060 -r 198.51.100.11:5060 -g -w 7");
    const auto text = "/sbin/ipvsadm --clear\n"
                      "/sbin/ipvsadm --add-service --udp-service=198.51.100.100:sip "
                      "--scheduler wrr --persistent 300 --pe=sip\n"
                      "ipvsadm --add-server --udp-service 198.51.100.100:sip --real-server "
                      "198.51.100.11 --gatewaying --weight=7\n";
    CHECK(import_ipvs(text, {"eth0", {}}).config == plain.config);
    CHECK(import_ipvs(text, {"eth0", {}}).is_whole());
}

TEST_CASE("ipvsadm: what cannot be carried over is named with its line", "[import]") {
    const auto left_out = [](const std::string &text, unsigned line) {
        const auto imported = import_ipvs(text, {"eth0", {}});
        CHECK_FALSE(imported.is_whole());
        const auto texts = remarks_on(imported, line, true);
        return texts.empty() ? std::string() : texts.front();
    };
    CHECK(left_out("-A -t 198.51.100.100:5060", 1) == "TCP service: sipsteer steers UDP alone");
    CHECK(left_out("\n-A --sctp-service 198.51.100.100:5060", 2) ==
          "SCTP service: sipsteer steers UDP alone");
    CHECK(left_out("-A -f 1", 1) == "firewall mark: a service is an address and a port");
    CHECK(left_out("-A -u lb.example.com:sip", 1) ==
          "lb.example.com:sip is no address with a port; write numbers with ipvsadm-save -n");
    CHECK(left_out("-A -u 198.51.100.100:0 -p", 1).starts_with("198.51.100.100:0 is no"));
    CHECK(left_out("-A -u 127.0.0.1:5060", 1).find("loopback") != std::string::npos);
    CHECK(left_out("-D -u 198.51.100.100:5060", 1) == "\"-D\" is not known here");
    CHECK(left_out("-u 198.51.100.100:5060", 1) == "only the commands -A and -a are read");
    CHECK(left_out("-A -u", 1) == "-u has no value");
    CHECK(left_out(kServer, 1) == "its service 198.51.100.100:5060 is not there");
    const std::string service = "-A -u 198.51.100.100:5060\n";
    CHECK(left_out(service + service, 2) == "198.51.100.100:5060 is already service \"sip-1\"");
    CHECK(left_out(service + kServer + "\n" + kServer, 3) ==
          "198.51.100.11:5060 is already server \"server-1\"");
    CHECK(left_out(service + "-a -u 198.51.100.100:5060 -r 198.51.100.100 -g", 2) ==
          "198.51.100.100 is the VIP; a server needs its own address");
    CHECK(left_out(service + kServer + " -w 70000", 2) ==
          "weight 70000: the server has the largest, 65535");
    CHECK(left_out(service + kServer + " -w \x1b[31m", 2) ==
          "weight \\x1b[31m: the server has the default, 100");
}

TEST_CASE("keepalived: virtual servers, groups, checks and the sorry server", "[import]") {
    const auto config = read_back(import_keepalived(sample("keepalived.conf"), {}));
    CHECK(config.interfaces[0].name == "bond0"); // of VRRP
    REQUIRE(config.services.size() == 3);
    CHECK(config.services[1].pool == "TRUNKS");
    CHECK(config.services[2].address == *Address::parse("2001:db8:1::101"));
    REQUIRE(config.pools.size() == 2);
    const auto &proxies = config.pools[0];
    CHECK(proxies.scheduler == config::Scheduler::LeastCalls);
    CHECK(proxies.probe.type == config::ProbeType::Options);
    CHECK(proxies.probe.interval == std::chrono::seconds(10));
    CHECK(proxies.probe.timeout == std::chrono::seconds(4));
    CHECK(proxies.probe.fall == 4); // retry 3
    REQUIRE(proxies.servers.size() == 4);
    CHECK(proxies.servers[0].weight == 2);
    CHECK(proxies.servers[0].max_calls == 5000);
    CHECK(proxies.servers[3].name == "sorry");
    CHECK(proxies.servers[3].tier == 1);
    CHECK(config.pools[1].scheduler == config::Scheduler::RoundRobin);
    CHECK(config.pools[1].probe.type == config::ProbeType::Tcp);
    CHECK(config.pools[1].servers[0].port == 5061);
}

TEST_CASE("keepalived: what cannot be carried over is named with its line", "[import]") {
    const auto left_out = [](const std::string &fields, unsigned line) {
        const auto texts = remarks_on(keepalived_service(fields), line, true);
        return texts.empty() ? std::string() : texts.front();
    };
    CHECK(left_out("hysteresis 3", 4) == "hysteresis of virtual_server");
    CHECK(left_out("quorum 3", 4).starts_with("quorum 3 counts weights"));
    CHECK(left_out("quorum 1", 4).empty());
    CHECK(left_out("sh-port", 1) == "scheduler flag sh-port");
    CHECK(left_out("real_server proxy1 5060 {\n}", 4) ==
          "real_server proxy1 5060 is no address and port");
    const auto check = [](const std::string &checker) {
        return "real_server 198.51.100.11 5060 {\n" + checker + "\n}";
    };
    CHECK(left_out(check("PING_CHECK {\n}"), 5) == "PING_CHECK: sipsteer probes with OPTIONS");
    CHECK(left_out(check("UDP_CHECK {\npayload 00\n}"), 6) == "payload of UDP_CHECK");
    CHECK(left_out(check("UDP_CHECK {\nconnect_timeout 9\n}"), 5).starts_with("a timeout above"));
    CHECK(left_out(check("UDP_CHECK {\nconnect_timeout soon\n}"), 5) == "connect_timeout soon");
    CHECK(left_out(check("UDP_CHECK {\nretry 1000\n}"), 5) == "retry 1000");
    CHECK(left_out(check("lthreshold 5"), 5) == "lthreshold of real_server 198.51.100.11");
    CHECK(left_out(check("lvs_method TUN"), 4).starts_with("tunnel:"));

    const auto top = [](const std::string &text) {
        const auto imported = import_keepalived(text, {"eth0", {}});
        CHECK_FALSE(imported.is_whole());
        return imported.remarks.front().text;
    };
    CHECK(top("virtual_server 198.51.100.100 5060 {\n}") ==
          "virtual_server of protocol TCP: sipsteer steers UDP alone");
    CHECK(top("virtual_server fwmark 7 {\nprotocol UDP\n}") ==
          "fwmark 7: a service is one address and one port");
    CHECK(top("virtual_server group NONE {\nprotocol UDP\n}") ==
          "there is no virtual_server_group NONE");
    CHECK(top("include /etc/keepalived/conf.d/*") == "include /etc/keepalived/conf.d/*");
    CHECK(top("@lb1 virtual_server 198.51.100.100 5060 {\n}") == "@lb1 virtual_server");
    CHECK(top("virtual_server_group G {\n198.51.100.1 5060\n}") ==
          "virtual_server_group G: no virtual_server has it");
}

TEST_CASE("keepalived: statements end with lines, blocks with braces", "[import]") {
    const auto statements = blocks_of("a b{c 'd e' # f\n  g\\\nh }\n\"i\\\"j\"! k\n}\nl\n{ m {n}");
    REQUIRE(statements.size() == 3);
    CHECK(statements[0].words == std::vector<std::string>{"a", "b"});
    REQUIRE(statements[0].block.size() == 2);
    CHECK(statements[0].block[0].words == std::vector<std::string>{"c", "d e"});
    CHECK(statements[0].block[1].words == std::vector<std::string>{"g", "h"});
    CHECK(statements[1].words == std::vector<std::string>{"i\"j"});
    CHECK(statements[1].line == 4);
    REQUIRE(statements[2].block.size() == 1);
    CHECK(statements[2].block[0].block.at(0).name() == "n");
    CHECK(blocks_of(std::string(100'000, '{')).empty()); // as deep as a file may be
    CHECK(blocks_of("x\n" + std::string(100'000, '{')).size() == 1);
}

TEST_CASE("dispatcher: sets become pools, and the sets' VIPs services", "[import]") {
    const auto imported = import_dispatcher(sample("dispatcher.list"),
                                            with_vips({"198.51.100.100", "198.51.100.101:5070"}));
    const auto config = read_back(imported);
    REQUIRE(config.services.size() == 2);
    CHECK(config.services[1].port == 5070);
    CHECK(config.services[1].pool == "set-20");
    REQUIRE(config.pools.size() == 3);
    REQUIRE(config.pools[0].servers.size() == 2);
    CHECK(config.pools[0].servers[0].name == "proxy1");
    CHECK(config.pools[0].servers[0].weight == 50);
    CHECK(config.pools[0].servers[0].max_calls == 4000);
    CHECK(config.pools[1].servers[0].weight == 30);
    CHECK(config.pools[1].servers[1].admin == config::Admin::Disabled);
    CHECK(config.pools[1].probe.from == "sip:ping@example.com");
    CHECK(config.pools[2].servers[0].address == *Address::parse("2001:db8:1::31"));
}

TEST_CASE("dispatcher: what cannot be carried over is named with its line", "[import]") {
    const auto left_out = [](const std::string &line) {
        const auto texts = remarks_on(dispatcher_line(line), 1, true);
        return texts.empty() ? std::string() : texts.front();
    };
    CHECK(left_out("1 sip:198.51.100.11 8 0 duid=a;weight=50").empty());
    CHECK(left_out("1 sip:198.51.100.11;transport=udp").empty());
    CHECK(left_out("one sip:198.51.100.11") == "no set and destination");
    CHECK(left_out("1") == "no set and destination");
    CHECK(left_out("1 tel:+4930123") == "tel:+4930123 is no sip: URI");
    CHECK(left_out("1 sips:198.51.100.11").starts_with("sips:198.51.100.11 is no"));
    CHECK(left_out("1 sip:198.51.100.11;transport=tls").find("UDP alone") != std::string::npos);
    CHECK(left_out("1 sip:gw.example.com").find("in place of its name") != std::string::npos);
    CHECK(left_out("1 sip:198.51.100.11;lr") == "parameter lr");
    CHECK(left_out("1 sip:198.51.100.11:5080").starts_with("port 5080 is for probes alone"));
    CHECK(left_out("1 sip:198.51.100.11 16") == "flags 16");
    CHECK(left_out("1 sip:198.51.100.11 x") == "flags x");
    CHECK(left_out("1 sip:198.51.100.11 0 0 weight=a").starts_with("weight a:"));
    CHECK(left_out("1 sip:198.51.100.11 0 0 weight=5;rweight=6") == "attribute rweight=6");
    CHECK(left_out("1 sip:198.51.100.11 0 0 maxload=many") == "attribute maxload=many");
    CHECK(left_out("1 sip:198.51.100.11 0 0 duid=a/b") == "attribute duid=a/b");
    CHECK(left_out("1 sip:198.51.100.11 0 0 a=b c") == "attribute a=b");
    const auto two =
        import_dispatcher("1 sip:198.51.100.11 0 9\n1 sip:198.51.100.12 0 5 duid=server-1",
                          with_vips({"198.51.100.100", "198.51.100.101"}));
    CHECK(remarks_on(two, 2, true).size() == 2); // the priority, and the name
    CHECK(remarks_on(two, 0, true) ==
          std::vector<std::string>{"VIP 198.51.100.101: the file has no set for it"});
    read_back(two);
}

TEST_CASE("no line of a file is dropped without a word", "[import]") {
    CHECK(silent_lines(sample("ipvs.rules"), [](const std::string &text) {
              return import_ipvs(text, {"eth0", {}});
          }).empty());
    CHECK(silent_lines(sample("dispatcher.list"), [](const std::string &text) {
              return import_dispatcher(text, with_vips({"198.51.100.100"}));
          }).empty());

    // Of keepalived's own blocks the head says it all; 1 is the default weight, wlc the scheduler.
    const auto text = sample("keepalived.conf");
    auto silent = silent_lines(text, [](const std::string &part) {
        return import_keepalived(part, {"eth0", {}});
    });
    const auto lines = lines_of(text, "#!");
    std::erase_if(silent, [&](unsigned number) {
        const auto line = std::find_if(lines.begin(), lines.end(),
                                       [&](const Line &one) { return one.number == number; });
        return number < 22 || line->words == std::vector<std::string>{"weight", "1"} ||
               line->words == std::vector<std::string>{"lb_algo", "wlc"} ||
               line->words.back() == "}";
    });
    // The service of another protocol is named as one.
    std::erase_if(silent, [](unsigned number) { return number > 81; });
    CHECK(silent == std::vector<unsigned>{});
}

TEST_CASE("any bytes are read to the end", "[import]") {
    std::string bytes;
    for (int i = 0; i < 4096; i++) {
        bytes += static_cast<char>((i * 7919 + i / 256) & 0xff);
    }
    for (const auto &text : {bytes, std::string(), std::string("\\"), std::string("\"{"),
                             std::string("-A -u [:5060"), std::string("-A -u ]:")}) {
        CHECK_FALSE(import_ipvs(text, {}).remarks.empty());
        CHECK_FALSE(import_keepalived(text, {}).remarks.empty());
        CHECK_FALSE(import_dispatcher(text, with_vips({"198.51.100.100"})).remarks.empty());
    }
}

TEST_CASE("the smallest form of a configuration says all of it", "[import]") {
    for (const auto *file : {"deploy/examples/two-pools.json", "deploy/examples/two-boxes.json",
                             "deploy/examples/minimal.json"}) {
        INFO(file);
        const auto parsed = config::parse_text(contents(file));
        REQUIRE(parsed);
        const auto again = config::parse(smallest(*parsed));
        REQUIRE(again);
        CHECK(*again == *parsed);
    }
    const auto minimal = json::parse(contents("deploy/examples/minimal.json"));
    const auto small = smallest(*config::parse(minimal));
    CHECK(small["services"].size() == minimal["services"].size());
    CHECK_FALSE(small.contains("api"));
}
