// SPDX-License-Identifier: Apache-2.0
//
// Probes by the DSR path: a frame for the server, with the VIP as its destination.
#include "health/prober.hpp"
#include "namespaces.hpp"
#include "sip_responder.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;
using config::ProbePath;
using health::Prober;
using health::Target;

namespace {

const ServerId kId{"proxies", "proxy1"};

struct Family {
    std::string server;
    std::string vip;
    std::string bind; // the VIP as a socket for both families has it
};
const Family kIpv4{"192.0.2.11", "198.51.100.100", "::ffff:198.51.100.100"};
const Family kIpv6{"2001:db8::b", "2001:db8:1::100", "2001:db8:1::100"};

/// A director and a server that has the VIPs on its loopback.
struct Farm {
    explicit Farm(Responder::Behave behave, const Family &of = kIpv4)
        : family(of), prober(io, [this] { changes++; }, {[this](const Address &) { return hop; }}) {
        segment.on_server("ip link set lo up");
        segment.on_server("ip address add 198.51.100.100/32 dev lo");
        segment.on_server("ip address add 2001:db8:1::100/128 dev lo nodad");
        // As sipsteer-real-server has it: an ARP request from the VIP would go unanswered by a
        // director that has the VIP, too.
        segment.on_server("sysctl -qw net.ipv4.conf.all.arp_announce=2");
        segment.on_server("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0");
        on_vip = std::make_unique<Responder>(io, segment, behave, family.bind);
        hop.resolved = true;
        hop.ifindex = if_nametoindex("eth0");
        hop.mac = {2, 0, 0, 0, 0, 0x11};
        hop.source_mac = {2, 0, 0, 0, 0, 1};
    }

    Target target(ProbePath path = ProbePath::Dsr) const {
        Target target;
        target.id = kId;
        target.address = *Address::parse(family.server);
        target.settings.path = path;
        target.settings.interval = 100ms;
        target.settings.timeout = 80ms;
        target.vips = {{*Address::parse(family.vip), 5060}};
        return target;
    }

    health::TargetResult result() const { return prober.results().at(kId); }
    health::PathResult path(std::size_t index = 0) const { return result().paths.at(index); }

    bool becomes(Health health) {
        return run_until(
            io, [&] { return result().health == health; }, 60s);
    }

    Family family;
    Segment segment;
    asio::io_context io;
    NextHop hop;
    unsigned changes = 0;
    Prober prober;
    std::unique_ptr<Responder> on_vip;
};

} // namespace

TEST_CASE("dsr: a server that answers from the VIP is up") {
    Farm farm(status("200 OK"), GENERATE(kIpv4, kIpv6));
    farm.prober.update({farm.target()});
    REQUIRE(farm.becomes(Health::Up));
    const auto path = farm.path();
    CHECK(farm.result().reason == "dsr: 200 OK 1 of 1");
    CHECK(path.path == ProbePath::Dsr);
    CHECK(path.to == Endpoint{*Address::parse(farm.family.vip), 5060});
    CHECK(path.counters.sent == 1);
    CHECK(path.counters.ok == 1);
    REQUIRE(path.rtt);
    CHECK(*path.rtt < 80ms);
    const auto &request = farm.on_vip->requests.at(0);
    CHECK(request.starts_with("OPTIONS sip:" + host_text(path.to.address) + ":5060 "));
    run_for(farm.io, 500ms);
    CHECK(farm.path().counters.wrong_source == 0);
    CHECK(farm.path().counters.unmatched == 0);
    CHECK(farm.path().counters.timeout == 0);
}

TEST_CASE("dsr: the director may have the VIP itself") {
    Farm farm(status("200 OK"), GENERATE(kIpv4, kIpv6));
    shell("ip address add 198.51.100.100/32 dev eth0");
    shell("ip address add 2001:db8:1::100/128 dev eth0 nodad");
    farm.prober.update({farm.target()});
    CHECK(farm.becomes(Health::Up));
}

TEST_CASE("dsr: servers and VIPs of different families") {
    auto family = GENERATE(kIpv4, kIpv6);
    family.server = family.server == kIpv4.server ? kIpv6.server : kIpv4.server;
    Farm farm(status("200 OK"), family);
    farm.prober.update({farm.target()});
    CHECK(farm.becomes(Health::Up));
}

TEST_CASE("dsr: a server that forgot the VIP is down; the direct path does not see it") {
    Farm farm(status("200 OK"), GENERATE(kIpv4, kIpv6));
    Responder direct(farm.io, farm.segment, status("200 OK"),
                     farm.family.server == kIpv4.server ? "::ffff:192.0.2.11" : "2001:db8::b");
    farm.prober.update({farm.target(ProbePath::Both)});
    REQUIRE(farm.becomes(Health::Up));
    farm.segment.on_server("ip address del 198.51.100.100/32 dev lo");
    farm.segment.on_server("ip address del 2001:db8:1::100/128 dev lo");
    REQUIRE(farm.becomes(Health::Down));
    // An IPv4 host keeps silent; an IPv6 host without a route says so.
    CHECK(
        farm.result().reason ==
        (farm.family.server == kIpv4.server ? "dsr: timeout 3 of 3" : "dsr: ICMP no route 3 of 3"));
    CHECK(farm.path(0).path == ProbePath::Direct);
    CHECK(farm.path(0).health == Health::Up);
    CHECK(farm.path(1).health == Health::Down);

    farm.segment.on_server("ip address add 198.51.100.100/32 dev lo");
    farm.segment.on_server("ip address add 2001:db8:1::100/128 dev lo nodad");
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "dsr: 200 OK 2 of 2");
}

TEST_CASE("both paths: the direct one takes a server down, too") {
    Farm farm(status("200 OK"));
    auto both = farm.target(ProbePath::Both); // nobody listens at the server's own address
    farm.prober.update({both});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "direct: ICMP port unreachable 3 of 3");
    CHECK(farm.path(1).health == Health::Up);
}

TEST_CASE("dsr: an answer that does not come from the VIP and its port does not count") {
    Farm farm([](Responder &responder, const std::string &request) {
        const auto good = reply_to(request, "200 OK");
        responder.send_from_other_port(good);    // and from the server's own address
        responder.send_from_other_address(good); // port 5060
        responder.send(with_branch(good, "z9hG4bK0123456789abcdef"));
        responder.send("nonsense");
    });
    farm.prober.update({farm.target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "dsr: timeout 3 of 3");
    CHECK(farm.path().counters.ok == 0);
    CHECK(farm.path().counters.wrong_source == 3 * 2);
    CHECK(farm.path().counters.unmatched == 3 * 2);
    CHECK(farm.path().counters.late == 0);
}

TEST_CASE("dsr: a late answer is a timeout, and counted as late") {
    Farm farm([](Responder &responder, const std::string &request) {
        responder.send_after(90ms, reply_to(request, "200 OK"));
    });
    auto impatient = farm.target();
    impatient.settings.timeout = 50ms;
    impatient.settings.interval = 200ms;
    farm.prober.update({impatient});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.path().counters.ok == 0);
    CHECK(farm.path().counters.late == 2);
    CHECK(farm.path().counters.unmatched == 0);
}

TEST_CASE("dsr: a wrong code and a closed port are told apart") {
    Farm farm(status("503 Service Unavailable"), GENERATE(kIpv4, kIpv6));
    farm.prober.update({farm.target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "dsr: 503 Service Unavailable 3 of 3");
    auto closed = farm.target();
    closed.vips[0].port = 5062;
    closed.settings.timeout = 5s; // not waited for
    closed.settings.interval = 5s;
    closed.settings.fall = 1;
    farm.prober.update({});
    farm.prober.update({closed});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "dsr: ICMP port unreachable 1 of 1");
    CHECK(farm.path().counters.icmp == 1);
}

TEST_CASE("dsr: without a next hop the probe fails, with the reason") {
    Farm farm(status("200 OK"));
    farm.hop = {};
    farm.hop.problem = "no ARP answer";
    farm.prober.update({farm.target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "dsr: cannot send: no ARP answer 3 of 3");
    CHECK(farm.path().counters.local == 3);
    CHECK(farm.path().counters.sent == 0);
}

TEST_CASE("dsr: a request is sent again, and the second answer counts") {
    Farm farm([](Responder &responder, const std::string &request) {
        if (responder.requests.size() == 2) {
            responder.send(reply_to(request, "200 OK"));
        }
    });
    auto patient = farm.target();
    patient.settings.timeout = 1s;
    patient.settings.interval = 10s;
    farm.prober.update({patient});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.path().counters.sent == 2);
}

TEST_CASE("dsr: every VIP of a pool is probed, once for all pools") {
    Farm farm(status("200 OK"));
    auto one = farm.target();
    one.vips.push_back({*Address::parse("198.51.100.100"), 5064}); // nobody there
    auto other = farm.target();
    other.id = {"registrars", "reg1"};
    farm.prober.update({one, other});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "dsr 198.51.100.100:5064: ICMP port unreachable 3 of 3");
    CHECK(farm.path(0).health == Health::Up);
    const auto results = farm.prober.results();
    CHECK(results.at(other.id).health == Health::Up);
    CHECK(results.at(other.id).paths[0].counters.sent == farm.path(0).counters.sent);
    CHECK(farm.on_vip->requests.size() == farm.path(0).counters.sent);
}
