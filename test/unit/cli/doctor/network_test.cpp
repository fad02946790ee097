// SPDX-License-Identifier: Apache-2.0
//
// The doctor's judgement of interfaces, programs, VIPs and the ways to servers.
#include "doctor_cases.hpp"

#include "cli/doctor/judge/drivers.hpp"

#include <fstream>
#include <regex>

using namespace sipsteer;
using namespace sipsteer::test;

namespace {

doctor::Link &eth0(Facts &facts) {
    return facts.network.links.at("eth0");
}

dataplane::Present &programs(Facts &facts) {
    return *facts.network.programs.at("eth0");
}

/// Servers are behind a second interface.
void add_eth1(Facts &facts) {
    facts.network.links.insert({"eth1", good_link("eth1", 3)});
    for (auto &server : facts.network.servers) {
        server.interface = "eth1";
        server.egress = "eth1";
    }
}

void make_generic(Facts &facts) {
    programs(facts).native = false;
}

} // namespace

TEST_CASE("interface: missing, down, not Ethernet, a VLAN", "[doctor]") {
    finds("interface", Verdict::Fail, "interface eth0: No such device",
          [](Facts &facts) { eth0(facts).info = Error{"interface eth0: No such device"}; });
    finds("interface", Verdict::Fail, "eth0 is down",
          [](Facts &facts) { eth0(facts).info->up = false; });
    finds("interface", Verdict::Fail, "not Ethernet",
          [](Facts &facts) { eth0(facts).info->ethernet = false; });
    finds("interface", Verdict::Warn, "is a vlan",
          [](Facts &facts) { eth0(facts).info->kind = "vlan"; });
    finds("interface", Verdict::Fail, "eth1: No such device", [](Facts &facts) {
        facts.config->services[0].vip_interface = "eth1";
        facts.network.links["eth1"].info = Error{"interface eth1: No such device"};
    });
}

TEST_CASE("xdp-attached: nothing, or another's", "[doctor]") {
    finds("xdp-attached", Verdict::Fail, "not attached to eth0",
          [](Facts &facts) { programs(facts).programs.clear(); });
    finds("xdp-attached", Verdict::Fail, "not attached to eth0", [](Facts &facts) {
        programs(facts).programs = {{"other", 9, false, true}};
    });
    const auto without_root = [](Facts &facts) {
        programs(facts).complete = false;
        programs(facts).programs = {{"", 7, false, false}};
    };
    passes("xdp-attached", without_root); // the daemon says that 7 is its own
    finds("xdp-attached", Verdict::Skipped, "only root can see", [&](Facts &facts) {
        without_root(facts);
        facts.daemon = Error{"no answer"};
    });
    finds("xdp-attached", Verdict::Skipped, "cannot tell", [](Facts &facts) {
        facts.network.programs.insert_or_assign("eth0", Error{"cannot tell"});
    });
}

TEST_CASE("xdp-foreign: alone, in a dispatcher, and who may not look", "[doctor]") {
    finds("xdp-foreign", Verdict::Fail, "another XDP program (other, id 9) is on eth0",
          [](Facts &facts) {
              programs(facts).programs = {{"other", 9, false, true}};
          });
    finds("xdp-foreign", Verdict::Warn, "runs before ours", [](Facts &facts) {
        programs(facts).dispatcher = true;
        programs(facts).programs = {{"other", 9, false, true}, {"sipsteer", 7, true, true}};
    });
    finds("xdp-foreign", Verdict::Warn, "runs after ours", [](Facts &facts) {
        programs(facts).dispatcher = true;
        programs(facts).programs = {{"sipsteer", 7, true, true}, {"other", 9, false, true}};
    });
    finds("xdp-foreign", Verdict::Skipped, "only root can see", [](Facts &facts) {
        programs(facts).complete = false;
        programs(facts).programs = {{"", 9, false, false}};
    });
    passes("xdp-foreign", [](Facts &facts) { programs(facts).programs.clear(); });
}

TEST_CASE("xdp-mode: generic in force; what the driver can before a start", "[doctor]") {
    finds("xdp-mode", Verdict::Warn, R"("mode": "native" for eth0)", make_generic);
    finds("xdp-mode", Verdict::Warn, "as configured", [](Facts &facts) {
        make_generic(facts);
        facts.config->interfaces[0].mode = config::XdpMode::Generic;
    });
    finds("xdp-mode", Verdict::Warn, "-> use a NIC whose driver has native XDP", [](Facts &facts) {
        make_generic(facts);
        eth0(facts).xdp_features = std::uint64_t{0};
    });
    const auto not_started = [](Facts &facts) { programs(facts).programs.clear(); };
    passes("xdp-mode", not_started);
    finds("xdp-mode", Verdict::Warn, "has no native XDP", [&](Facts &facts) {
        not_started(facts);
        eth0(facts).xdp_features = std::uint64_t{0};
    });
    finds("xdp-mode", Verdict::Fail, "will not start", [&](Facts &facts) {
        not_started(facts);
        eth0(facts).xdp_features = std::uint64_t{0};
        facts.config->interfaces[0].mode = config::XdpMode::Native;
    });
    finds("xdp-mode", Verdict::Skipped, "a kernel before 6.3", [&](Facts &facts) {
        not_started(facts);
        eth0(facts).xdp_features = Error{"a kernel before 6.3 does not report them"};
    });
}

TEST_CASE("xdp-transmit: a veth whose other end is not ready, a driver that takes nothing",
          "[doctor]") {
    constexpr std::uint64_t kAllButTransmit = 0x7b;
    passes("xdp-transmit", [](Facts &facts) { eth0(facts).xdp_features = kAllButTransmit; });
    finds("xdp-transmit", Verdict::Fail, "ethtool -K PEER gro on", [](Facts &facts) {
        eth0(facts).xdp_features = kAllButTransmit;
        eth0(facts).info->kind = "veth";
    });
    const auto other_driver = [](Facts &facts) {
        add_eth1(facts);
        facts.network.links.at("eth1").xdp_features = kAllButTransmit;
    };
    finds("xdp-transmit", Verdict::Fail, R"(add eth1 to "interfaces")", other_driver);
    passes("xdp-transmit", [&](Facts &facts) {
        other_driver(facts);
        make_generic(facts);
    });
    passes("xdp-transmit", add_eth1);
}

TEST_CASE("xdp-transmit: drivers that cannot redirect, or take nothing, whatever the kernel says",
          "[doctor]") {
    for (const auto *driver : {"ixgbevf", "nfp"}) {
        const auto cannot = [&](Facts &facts) { eth0(facts).driver = driver; };
        passes("xdp-transmit", cannot); // out of the same interface
        finds("xdp-transmit", Verdict::Fail, "of its frames reaches the servers behind eth1",
              [&](Facts &facts) {
                  cannot(facts);
                  add_eth1(facts);
              });
        passes("xdp-transmit", [&](Facts &facts) {
            cannot(facts);
            add_eth1(facts);
            make_generic(facts);
        });
    }
    for (const auto *driver : {"mlx4_en", "nfp"}) {
        finds("xdp-transmit", Verdict::Fail, "eth1 (" + std::string(driver) + ") loses the frames",
              [&](Facts &facts) {
                  add_eth1(facts);
                  auto &link = facts.network.links.at("eth1");
                  link.driver = driver;
                  link.xdp_features = Error{"a kernel before 6.3 does not report them"};
              });
    }
}

TEST_CASE("xdp-mode says whose queues stop when the program is replaced", "[doctor]") {
    const auto says = [](const std::string &driver) {
        Facts facts = good_facts();
        eth0(facts).driver = driver;
        const auto report = doctor::examine(*doctor::find_check("xdp-mode"), facts);
        CHECK(report.findings.worst() == Verdict::Ok);
        return report.findings.all().at(0).text;
    };
    CHECK(says("ice") == "eth0 (ice): native");
    CHECK(says("bnxt_en").starts_with(
        "eth0 (bnxt_en): native; an upgrade of the program stops its queues"));
}

TEST_CASE("the drivers that the doctor knows are those of the guide's table", "[doctor]") {
    std::ifstream guide(SIPSTEER_SOURCE_DIR "/deploy/guide.md");
    REQUIRE(guide);
    // | `ixgbevf` | MTU | when an upgrade replaces the program | also | read |
    const std::regex row(R"(\| `([a-z0-9_]+)`.*? \|[^|]*\|([^|]*)\|([^|]*)\|[^|]*\|)");
    std::size_t notes = 0;
    std::size_t rows = 0;
    for (std::string line; std::getline(guide, line);) {
        std::smatch found;
        if (!std::regex_match(line, found, row) || found[3].str().empty()) {
            continue;
        }
        const std::string name = found[1];
        const std::string also = found[3];
        INFO(line);
        auto note = doctor::note_on(name);
        for (const auto &one : doctor::driver_notes()) {
            note = one.driver == name + "_en" ? one : note; // as ethtool has it
        }
        rows++;
        CHECK(note.stops == (found[2].str().find("**") != std::string::npos));
        CHECK(note.redirects == (also.find("cannot redirect") == std::string::npos));
        CHECK(note.takes != std::regex_search(also, std::regex("(nothing can|nor) be redirected")));
        notes += note.stops || !note.redirects || !note.takes ? 1 : 0;
    }
    CHECK(rows > 15);
    CHECK(notes == doctor::driver_notes().size());
}

TEST_CASE("mtu: small, smaller on the way out, too large for the driver", "[doctor]") {
    finds("mtu", Verdict::Warn, "the MTU of eth0 is 1400",
          [](Facts &facts) { eth0(facts).info->mtu = 1400; });
    finds("mtu", Verdict::Fail, "ip link set eth1 mtu 1500", [](Facts &facts) {
        add_eth1(facts);
        facts.network.links.at("eth1").info->mtu = 1450;
    });
    passes("mtu", [](Facts &facts) {
        add_eth1(facts);
        facts.network.links.at("eth1").info->mtu = 9000;
    });
    const auto jumbo = [](Facts &facts) {
        eth0(facts).info->mtu = 9000;
        eth0(facts).xdp_features = std::uint64_t{0x1f}; // no frames in pieces
    };
    passes("mtu", jumbo); // native already
    finds("mtu", Verdict::Warn, "no native XDP with an MTU of 9000", [&](Facts &facts) {
        jumbo(facts);
        make_generic(facts);
    });
}

TEST_CASE("receive-offload: in any mode, or behind generic XDP only", "[doctor]") {
    for (const auto *feature : {"rx-lro", "rx-gro-hw"}) {
        finds("receive-offload", Verdict::Fail, std::string("ethtool -K eth0 ") + feature + " off",
              [&](Facts &facts) { eth0(facts).offloads[feature] = true; });
    }
    for (const auto *feature : {"rx-gro-list", "rx-udp-gro-forwarding"}) {
        const auto on = [&](Facts &facts) { eth0(facts).offloads[feature] = true; };
        passes("receive-offload", on);
        finds("receive-offload", Verdict::Fail, std::string("ethtool -K eth0 ") + feature + " off",
              [&](Facts &facts) {
                  on(facts);
                  make_generic(facts);
              });
        finds("receive-offload", Verdict::Fail, feature, [&](Facts &facts) {
            on(facts);
            programs(facts).programs.clear(); // it may well become generic
        });
    }
    finds("receive-offload", Verdict::Skipped, "unknown",
          [](Facts &facts) { eth0(facts).offloads.clear(); });
}

TEST_CASE("vlan-offload: only where tags are carried", "[doctor]") {
    finds("vlan-offload", Verdict::Fail, "ethtool -K eth0 rxvlan off",
          [](Facts &facts) { facts.network.servers[0].segment.vlan = 100; });
    finds("vlan-offload", Verdict::Fail, "ethtool -K eth0 rxvlan off", [](Facts &facts) {
        facts.network.links.insert({"eth0.100", good_link("eth0.100", 5)});
        facts.network.links.at("eth0.100").info->kind = "vlan";
        facts.network.links.at("eth0.100").info->lower = 2;
    });
    passes("vlan-offload", [](Facts &facts) {
        facts.network.servers[0].segment.vlan = 100;
        eth0(facts).offloads["rx-vlan-hw-parse"] = false;
    });
    finds("vlan-offload", Verdict::Fail, "ethtool -K eth0 rx-vlan-stag-hw-parse off",
          [](Facts &facts) {
              facts.network.servers[0].segment.vlan = 100;
              eth0(facts).offloads["rx-vlan-hw-parse"] = false;
              eth0(facts).offloads["rx-vlan-stag-hw-parse"] = true;
          });
}

TEST_CASE("rss: one queue, a table that leaves queues out, a hash without ports", "[doctor]") {
    finds("rss", Verdict::Warn, "ethtool -L eth0 combined 4", [](Facts &facts) {
        eth0(facts).queues = doctor::Queues{1, 8};
    });
    finds("rss", Verdict::Warn, "-> use a NIC with several queues", [](Facts &facts) {
        eth0(facts).queues = doctor::Queues{1, 1};
    });
    passes("rss", [](Facts &facts) {
        eth0(facts).queues = doctor::Queues{1, 1};
        facts.host.cpus = 1;
    });
    finds("rss", Verdict::Warn, "uses 2 of 4 queues",
          [](Facts &facts) { eth0(facts).rss_table = {0, 1, 0, 1, 0, 1, 0, 1}; });
    finds("rss", Verdict::Warn, "one has 62 % of it",
          [](Facts &facts) { eth0(facts).rss_table = {0, 0, 0, 0, 0, 1, 2, 3}; });
    passes("rss", [](Facts &facts) { eth0(facts).rss_table = {0, 0, 1, 2, 3, 1, 2, 3}; });
    passes("rss", [](Facts &facts) { eth0(facts).rss_table.clear(); });
    finds("rss", Verdict::Warn, "rx-flow-hash udp4 sdfn",
          [](Facts &facts) { eth0(facts).udp_hash["udp4"] = 0x30; });
    passes("rss", [](Facts &facts) { eth0(facts).udp_hash["udp4"].reset(); });
    finds("rss", Verdict::Skipped, "does not report", [](Facts &facts) {
        eth0(facts).queues = Error{"its driver does not report its queues"};
    });
}

TEST_CASE("rss: what came of it", "[doctor]") {
    finds("rss", Verdict::Warn, "CPU 1 had 90 % of the 200000 packets so far", [](Facts &facts) {
        facts.host.packets_by_cpu = {10000, 180000, 10000, 0};
    });
    passes("rss", [](Facts &facts) { facts.host.packets_by_cpu = {160000, 40000, 0, 0}; });
    passes("rss", [](Facts &facts) { facts.host.packets_by_cpu = {0, 99999, 0, 0}; });
}

TEST_CASE("irq: all on one CPU", "[doctor]") {
    finds("irq", Verdict::Warn, "all 2 interrupts of eth0 go to CPU 3", [](Facts &facts) {
        for (auto &interrupt : eth0(facts).interrupts) {
            interrupt.cpus = {3};
        }
    });
    passes("irq", [](Facts &facts) { eth0(facts).interrupts.resize(1); });
    passes("irq", [](Facts &facts) { eth0(facts).interrupts.clear(); });
    passes("irq", [](Facts &facts) {
        facts.host.cpus = 1;
        eth0(facts).interrupts[1].cpus = {0};
    });
}

TEST_CASE("rp-filter: strict matters where the way back is another", "[doctor]") {
    const auto strict = [](Facts &facts) { eth0(facts).rp_filter = 1; };
    passes("rp-filter", strict);
    finds("rp-filter", Verdict::Fail, "the default route leads to mgmt0", [&](Facts &facts) {
        strict(facts);
        facts.network.default_routes = {"mgmt0"};
    });
    finds("rp-filter", Verdict::Warn, "there is no default route", [&](Facts &facts) {
        strict(facts);
        facts.network.default_routes.clear();
    });
    passes("rp-filter", [](Facts &facts) {
        eth0(facts).rp_filter = 2;
        facts.network.default_routes = {"mgmt0"};
    });
    finds("rp-filter", Verdict::Skipped, "cannot read",
          [](Facts &facts) { eth0(facts).rp_filter = Error{"cannot read it"}; });
}

TEST_CASE("vip: missing, on an interface that is down, kept from answering", "[doctor]") {
    const auto gone = [](Facts &facts) { facts.network.addresses.pop_back(); };
    finds("vip", Verdict::Fail, "198.51.100.100 is not on eth0", gone);
    finds("vip", Verdict::Fail, "198.51.100.100 is on eth0, which is down",
          [](Facts &facts) { eth0(facts).info->up = false; });
    for (const int ignore : {2, 8}) {
        finds("vip", Verdict::Fail, "arp_ignore",
              [&](Facts &facts) { eth0(facts).arp_ignore = ignore; });
    }
    passes("vip", [](Facts &facts) { eth0(facts).arp_ignore = 1; });
}

TEST_CASE("vip: that the daemon does not put anywhere", "[doctor]") {
    const auto free = [](Facts &facts) { facts.config->services[0].vip_interface.reset(); };
    const auto on_loopback = [&](Facts &facts) {
        free(facts);
        facts.network.addresses.back().interface = "lo";
        auto lo = good_link("lo", 1);
        lo.info->ethernet = false;
        facts.network.links.insert({"lo", lo});
    };
    passes("vip", free);
    passes("vip", on_loopback);
    finds("vip", Verdict::Fail, "arp_ignore stops the kernel from answering", [&](Facts &facts) {
        on_loopback(facts);
        eth0(facts).arp_ignore = 1; // as on a server
    });
    finds("vip", Verdict::Fail, "no host answers neighbour solicitations", [&](Facts &facts) {
        on_loopback(facts);
        facts.config->services[0].address = address("2001:db8::100");
        facts.network.addresses.back().address = address("2001:db8::100");
    });
    const auto gone = [&](Facts &facts) {
        free(facts);
        facts.network.addresses.pop_back();
    };
    finds("vip", Verdict::Warn, "no host on its segments answers", gone);
    finds("vip", Verdict::Warn, "no host on its segments answers", [&](Facts &facts) {
        gone(facts);
        facts.network.claims[0].macs = std::set<MacAddress>{mac(12)}; // a server's, which is a leak
    });
    passes("vip", [&](Facts &facts) {
        gone(facts);
        facts.network.claims[0].macs = std::set<MacAddress>{mac(77)}; // another director's
    });
    finds("vip", Verdict::Skipped, "run this as root", [&](Facts &facts) {
        gone(facts);
        facts.network.claims[0].macs = Error{"cannot open a packet socket; run this as root"};
    });
}

TEST_CASE("vip-leak: a server answers, or a stranger", "[doctor]") {
    const auto claimed_by = [](std::uint8_t last) {
        return [last](Facts &facts) {
            facts.network.claims[0].macs = std::set<MacAddress>{mac(last)};
        };
    };
    finds("vip-leak", Verdict::Fail,
          "proxies/server12 (02:00:00:00:00:0c) answers for the VIP 198.51.100.100 on eth0",
          claimed_by(12));
    finds("vip-leak", Verdict::Fail, "which is not a server", claimed_by(77));
    passes("vip-leak", claimed_by(1)); // the director's own, on another interface
    passes("vip-leak", [&](Facts &facts) {
        claimed_by(77)(facts);
        facts.network.addresses.pop_back(); // the VIP is another director's
    });
    finds("vip-leak", Verdict::Skipped, "be root",
          [](Facts &facts) { facts.network.claims[0].macs = Error{"be root"}; });
}

TEST_CASE("next-hop: behind a router, without a route, an own address, no Ethernet", "[doctor]") {
    const auto route = [](Route::Kind kind) {
        return [kind](Facts &facts) {
            auto &server = facts.network.servers[1];
            server.route->kind = kind;
            server.route->router = address("198.51.100.1");
            server.route->problem = "no route";
            server.interface.clear();
        };
    };
    finds("next-hop", Verdict::Fail, R"("next_hop": "198.51.100.1")", route(Route::Kind::Router));
    finds("next-hop", Verdict::Fail, "proxies/server12 (198.51.100.12): no route",
          route(Route::Kind::None));
    passes("next-hop", route(Route::Kind::Local));
    finds("next-hop", Verdict::Fail, "is a bridge", [](Facts &facts) {
        facts.network.servers[0].segment.problem = "interface br0 is a bridge, not supported";
    });
}

TEST_CASE("next-hop: a router, where the pool forwards by DSCP", "[doctor]") {
    const auto behind_router = [](Facts &facts) {
        auto &server = facts.network.servers[1];
        server.route->kind = Route::Kind::Router;
        server.route->router = address("198.51.100.1");
        server.hop = address("198.51.100.1");
        server.routed = true;
    };
    passes("next-hop", behind_router);
    finds("next-hop", Verdict::Fail, R"("forward": "dscp" in the pool)", [&](Facts &facts) {
        behind_router(facts);
        facts.network.servers[1].routed = false;
    });
}

TEST_CASE("neighbour: nobody, two, one for many", "[doctor]") {
    const auto macs = [](std::set<MacAddress> answered) {
        return [answered](Facts &facts) { facts.network.servers[1].macs = answered; };
    };
    finds("neighbour", Verdict::Warn, "does not answer ARP on eth0", macs({}));
    finds("neighbour", Verdict::Fail, "02:00:00:00:00:0c and 02:00:00:00:00:4d",
          macs({mac(12), mac(77)}));
    finds("neighbour", Verdict::Warn, "proxy ARP", macs({mac(11)}));
    passes("neighbour", [&](Facts &facts) {
        macs({mac(11)})(facts);
        facts.network.servers[0].own = false; // a router that is meant
        facts.network.servers[1].own = false;
    });
    finds("neighbour", Verdict::Skipped, "see next-hop",
          [](Facts &facts) { facts.network.servers[0].interface.clear(); });
}

TEST_CASE("two-boxes: a server that is this host", "[doctor]") {
    const auto local = [](Facts &facts) {
        auto &server = facts.network.servers[0];
        server.route->kind = Route::Kind::Local;
        server.segment = {};
        server.segment.local = true;
        server.interface.clear();
        for (std::size_t i = 1; i < facts.network.servers.size(); i++) {
            for (const auto &other : *facts.network.servers[i].macs) {
                facts.config->directors.push_back({"d" + std::to_string(i), other});
            }
        }
    };
    passes("two-boxes", local);
    passes("next-hop", local);
    passes("neighbour", local);
    finds("two-boxes", Verdict::Warn, "it steers this host's frames again", [&](Facts &facts) {
        local(facts);
        facts.config->directors.pop_back();
    });
    finds("two-boxes", Verdict::Fail, "does not have the VIP 198.51.100.100", [&](Facts &facts) {
        local(facts);
        facts.network.addresses.pop_back();
    });
    const auto reserve = [&](Facts &facts) { // the other box has the VIP and answers for it
        local(facts);
        facts.config->services[0].vip_interface.reset(); // a VRRP daemon moves it
        facts.network.addresses.back().interface = "lo";
        facts.network.links["lo"].info = LinkInfo{};
        facts.network.links.at("eth0").arp_ignore = 1;
        facts.network.claims[0].macs = std::set<MacAddress>{mac(12)};
    };
    for (const char *check : {"vip", "vip-leak", "two-boxes"}) {
        passes(check, reserve);
    }
    finds("vip-leak", Verdict::Fail, "proxies/server12", [&](Facts &facts) {
        reserve(facts);
        facts.config->directors.clear();
    });
    finds("vip-leak", Verdict::Fail, "which is a director, answers", [&](Facts &facts) {
        reserve(facts);
        facts.network.addresses.back().interface = "eth0"; // both have it
    });
    finds("two-boxes", Verdict::Skipped, "be root", [&](Facts &facts) {
        local(facts);
        facts.network.servers[1].macs = Error{"be root"};
    });
    passes("two-boxes", [](Facts &) {}); // no server is this host
}

TEST_CASE("server-vip: silence, another source, nobody listens", "[doctor]") {
    const auto outcome = [](health::Outcome kind, const std::string &text) {
        return [=](Facts &facts) {
            facts.network.answers[1].outcome = health::ProbeOutcome{kind, text, {}};
        };
    };
    const auto silent = outcome(health::Outcome::Timeout, "timeout");
    finds("server-vip", Verdict::Fail, "sipsteer-real-server add 198.51.100.100", silent);
    finds("server-vip", Verdict::Fail, "from another address", [&](Facts &facts) {
        silent(facts);
        facts.network.answers[1].wrong_source = true;
    });
    finds("server-vip", Verdict::Warn, "nor its own address (timeout 3 of 3)", [&](Facts &facts) {
        silent(facts);
        facts.daemon->servers[1].health = "down";
        facts.daemon->servers[1].reason = "timeout 3 of 3";
    });
    finds("server-vip", Verdict::Fail, "calls to it are lost", [&](Facts &facts) {
        silent(facts);
        facts.daemon->servers[1].health = "down";
        facts.daemon->servers[1].reason = "dsr: timeout 3 of 3";
    });
    finds("server-vip", Verdict::Warn, "the daemon does not probe it", [&](Facts &facts) {
        silent(facts);
        facts.network.answers[1].probed = false;
    });
    finds("server-vip", Verdict::Fail, "has no SIP server at 198.51.100.100:5060",
          outcome(health::Outcome::Icmp, "ICMP port unreachable"));
    finds("server-vip", Verdict::Skipped, "cannot send",
          outcome(health::Outcome::Local, "cannot send: no IPv6 address"));
    finds("server-vip", Verdict::Skipped, "not asked", [](Facts &facts) {
        facts.network.answers[0].outcome = Error{"not asked: see next-hop"};
    });
    passes("server-vip", outcome(health::Outcome::WrongCode, "503 Service Unavailable"));
}
