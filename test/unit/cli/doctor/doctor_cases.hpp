// SPDX-License-Identifier: Apache-2.0
//
// A director in good health, for the doctor's tests to spoil.
#pragma once

#include "cli/doctor/check.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

namespace sipsteer::test {

using doctor::Facts;
using doctor::Verdict;

inline Address address(const std::string &text) {
    return *Address::parse(text);
}

inline MacAddress mac(std::uint8_t last) {
    return {2, 0, 0, 0, 0, last};
}

inline const Address kVip = address("198.51.100.100");

inline doctor::Link good_link(const std::string &name, std::uint32_t ifindex) {
    LinkInfo info;
    info.ifindex = ifindex;
    info.name = name;
    info.ethernet = true;
    info.up = true;
    info.mtu = 1500;
    info.mac = mac(1);
    doctor::Link link;
    link.info = info;
    link.driver = "ice";
    link.xdp_features = std::uint64_t{0x7f};
    link.offloads = {{"rx-lro", false},
                     {"rx-gro-hw", false},
                     {"rx-gro-list", false},
                     {"rx-udp-gro-forwarding", false},
                     {"rx-vlan-hw-parse", true}};
    link.queues = doctor::Queues{4, 8};
    link.rss_table = {0, 1, 2, 3, 0, 1, 2, 3};
    link.udp_hash = {{"udp4", 0xf0}, {"udp6", 0xf0}};
    link.interrupts = {{30, "ice-eth0-TxRx-0", {0}}, {31, "ice-eth0-TxRx-1", {1}}};
    link.rp_filter = 0;
    link.arp_ignore = 0;
    return link;
}

inline doctor::ServerPlace good_place(const std::string &name, std::uint8_t last) {
    doctor::ServerPlace place;
    place.pool = "proxies";
    place.name = name;
    place.hop = address("198.51.100." + std::to_string(last));
    Route route;
    route.kind = Route::Kind::OnLink;
    route.ifindex = 2;
    place.route = route;
    place.interface = "eth0";
    place.egress = "eth0";
    place.segment.ifindex = 2;
    place.macs = std::set<MacAddress>{mac(last)};
    return place;
}

inline config::Config good_config() {
    config::Config config;
    config.interfaces = {{"eth0"}};
    config::Pool pool;
    pool.name = "proxies";
    for (const int last : {11, 12}) {
        config::Server server;
        server.name = "server" + std::to_string(last);
        server.address = address("198.51.100." + std::to_string(last));
        pool.servers.push_back(server);
    }
    config.pools = {pool};
    config::Service service;
    service.name = "sip";
    service.address = kVip;
    service.pool = "proxies";
    service.vip_interface = "eth0";
    config.services = {service};
    return config;
}

inline doctor::DaemonState good_daemon() {
    doctor::DaemonState state;
    state.version = "1.2.3";
    state.interfaces = {{"eth0", true, false, 7}};
    state.pools = {{"proxies", true, ""}};
    state.servers = {{"proxies", "server11", "enabled", "up", "200 OK 2 of 2", true, ""},
                     {"proxies", "server12", "enabled", "up", "200 OK 2 of 2", true, ""}};
    return state;
}

inline Facts good_facts() {
    Facts facts;
    facts.version = "1.2.3";
    facts.daemon = good_daemon();
    facts.process = doctor::Process{12, "/etc/sipsteer/sipsteer.conf", false, 1024, 8 << 20, {}};
    facts.config = good_config();
    facts.file.path = "/etc/sipsteer/sipsteer.conf";
    facts.file.content = good_config();
    facts.host.release = "6.1.0-18-amd64";
    facts.host.btf = true;
    facts.host.jit = true;
    facts.host.cpus = 4;
    facts.host.pin_place = doctor::PinPlace{"/sys/fs/bpf", true};
    facts.host.memory_available = std::uint64_t{8} << 30;
    facts.host.clock = {true, 1'800'000'000, "tsc"};
    auto &network = facts.network;
    network.addresses = {{"eth0", address("198.51.100.10")}, {"eth0", kVip}};
    network.own_macs = {mac(1)};
    network.default_routes = {"eth0"};
    network.links.insert({"eth0", good_link("eth0", 2)});
    dataplane::Present present;
    present.native = true;
    present.programs = {{"sipsteer", 7, true, true}};
    network.programs.insert({"eth0", present});
    network.servers = {good_place("server11", 11), good_place("server12", 12)};
    network.claims = {{kVip, "eth0", std::set<MacAddress>{}}};
    for (const auto *name : {"proxies/server11", "proxies/server12"}) {
        network.answers.push_back({name,
                                   {kVip, 5060},
                                   true,
                                   health::ProbeOutcome{health::Outcome::Ok, "200 OK", {}},
                                   false});
    }
    return facts;
}

/// What a check makes of the facts: the verdict, and all findings that are not well, one a line.
struct Judged {
    Verdict verdict;
    std::string text;
    bool remedied = true; // whatever is wrong has a remedy

    bool says(const std::string &part) const { return text.find(part) != text.npos; }
};

inline Judged judge(const std::string &id, const Facts &facts) {
    const auto *check = doctor::find_check(id);
    REQUIRE(check != nullptr);
    const auto report = doctor::examine(*check, facts);
    Judged judged{report.findings.worst(), {}};
    for (const auto &finding : report.findings.all()) {
        if (finding.verdict != Verdict::Ok) {
            judged.text += finding.text + " -> " + finding.remedy + '\n';
        }
        if (finding.verdict == Verdict::Warn || finding.verdict == Verdict::Fail) {
            judged.remedied = judged.remedied && !finding.remedy.empty();
        }
    }
    return judged;
}

/// The good facts, spoilt; the check finds that, with those words, and it has a remedy.
inline void finds(const std::string &id, Verdict verdict, const std::string &words,
                  const std::function<void(Facts &)> &spoil) {
    Facts facts = good_facts();
    REQUIRE(judge(id, facts).verdict == Verdict::Ok);
    spoil(facts);
    const auto judged = judge(id, facts);
    INFO(id << ": " << judged.text);
    CHECK(judged.verdict == verdict);
    CHECK(judged.says(words));
    CHECK(judged.remedied);
}

/// Spoilt in a way that is no fault.
inline void passes(const std::string &id, const std::function<void(Facts &)> &change) {
    Facts facts = good_facts();
    change(facts);
    const auto judged = judge(id, facts);
    INFO(id << ": " << judged.text);
    CHECK(judged.verdict == Verdict::Ok);
}

} // namespace sipsteer::test
