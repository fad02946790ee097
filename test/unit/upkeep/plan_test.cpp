// SPDX-License-Identifier: Apache-2.0
//
// What is to be done so that programs and VIPs are where the configuration wants them.
#include "upkeep/plan.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::upkeep;

namespace {

Address address(const char *text) {
    return *Address::parse(text);
}

constexpr const char *kVip = "198.51.100.100";
constexpr const char *kVip6 = "2001:db8::100";

LinkInfo link(std::uint32_t ifindex, const char *name, std::uint32_t native = 0) {
    LinkInfo link;
    link.ifindex = ifindex;
    link.name = name;
    link.ethernet = link.up = link.enabled = true;
    link.xdp_native = native;
    return link;
}

config::Config config_of(const char *vip, const char *vip_interface = "eth0") {
    config::Config config;
    config.interfaces = {{"eth0", config::XdpMode::Auto}};
    config::Service service;
    service.address = address(vip);
    service.vip_interface = vip_interface;
    config.services = {service};
    return config;
}

dataplane::Attachment program(const char *interface, std::uint32_t ifindex, std::uint32_t id) {
    dataplane::Attachment program;
    program.interface = interface;
    program.ifindex = ifindex;
    program.native = true;
    program.program_id = program.on_link = id;
    return program;
}

/// All is well: program 7 on eth0, number 2, and the VIP.
struct Host {
    config::Config config = config_of(kVip);
    Held held{{program("eth0", 2, 7)}, {{{"eth0", address(kVip)}, 2}}, {}};
    Actual actual{{link(2, "eth0", 7)}, {{2, address(kVip)}}};

    Plan plan() const { return make_plan(config, held, actual); }
};

bool is_idle(const Plan &plan) {
    return plan.attach.empty() && plan.put.empty() && plan.take.empty() && plan.detach.empty() &&
           plan.interfaces.empty() && plan.vips.empty();
}

} // namespace

TEST_CASE("a host that is as it should be needs nothing") {
    const Host host;
    CHECK(is_idle(host.plan()));
    CHECK(host.plan().owned == host.held.vips);
}

TEST_CASE("a first look attaches and puts, and finds nothing amiss") {
    Host host;
    host.held = {};
    host.actual = {{link(2, "eth0")}, {}};
    const auto plan = host.plan();
    REQUIRE(plan.attach.size() == 1);
    CHECK(plan.attach[0].link.ifindex == 2);
    CHECK(plan.attach[0].found.empty());
    REQUIRE(plan.put.size() == 1);
    CHECK(plan.put[0].found.empty());
}

TEST_CASE("a VIP that was there before us is not ours") {
    Host host;
    host.held.vips.clear();
    CHECK(is_idle(host.plan()));
    host.config.services[0].vip_interface.reset();
    CHECK(is_idle(host.plan()));
}

TEST_CASE("a program that is gone, or another's, is put back") {
    Host host;
    host.actual.links[0].xdp_native = 0;
    REQUIRE(host.plan().attach.size() == 1);
    CHECK(host.plan().attach[0].found == "the program is gone");
    host.actual.links[0].xdp_native = 9;
    REQUIRE(host.plan().attach.size() == 1);
    CHECK(host.plan().attach[0].found == "another program (id 9) is in its place");
    host.actual.links[0].xdp_native = 0;
    host.actual.links[0].xdp_generic = 7; // not in the mode that it was attached in
    CHECK(host.plan().attach.size() == 1);
}

TEST_CASE("in a dispatcher the interface shows the dispatcher") {
    Host host;
    host.held.programs[0].on_link = 12;
    host.actual.links[0].xdp_native = 12;
    CHECK(is_idle(host.plan()));
}

TEST_CASE("a program that looks into tables of before is replaced, which is no repair") {
    Host host;
    host.held.tables.present = 8;
    REQUIRE(host.plan().attach.size() == 1);
    CHECK(host.plan().attach[0].found.empty());
}

TEST_CASE("an interface that is away is waited for, and the others are attached") {
    Host host;
    host.config.interfaces.push_back({"eth1", config::XdpMode::Auto});
    host.actual.links = {link(3, "eth1")};
    host.actual.addresses.clear();
    const auto plan = host.plan();
    REQUIRE(plan.attach.size() == 1);
    CHECK(plan.attach[0].interface.name == "eth1");
    CHECK(plan.interfaces.at("eth0") == "there is no such interface");
    CHECK(plan.vips.size() == 1);
    CHECK(plan.put.empty());
    CHECK(plan.take.empty());
    CHECK(plan.owned == host.held.vips);
}

TEST_CASE("an interface that was made again gets program and VIP again") {
    Host host;
    host.actual = {{link(5, "eth0")}, {}};
    const auto plan = host.plan();
    REQUIRE(plan.attach.size() == 1);
    CHECK(plan.attach[0].link.ifindex == 5);
    CHECK(plan.attach[0].found == "a new interface has its name");
    REQUIRE(plan.put.size() == 1);
    CHECK(plan.put[0].link.ifindex == 5);
    CHECK(plan.put[0].found == "a new interface has its name");
    CHECK(plan.take.empty());
    CHECK(plan.detach.empty());
}

TEST_CASE("a renamed interface keeps what it has, and that is said") {
    Host host;
    host.actual.links = {link(2, "lan0", 7)};
    const auto plan = host.plan();
    CHECK(is_idle(plan));
    CHECK(plan.renamed.at("eth0") == "lan0");
    CHECK(plan.owned == host.held.vips);

    host.actual.links[0].xdp_native = 0; // and loses its program
    REQUIRE(host.plan().attach.size() == 1);
    CHECK(host.plan().attach[0].link.name == "lan0");
}

TEST_CASE("another interface that takes the name takes the program and the VIP") {
    Host host;
    host.actual.links = {link(2, "lan0", 7), link(5, "eth0")};
    const auto plan = host.plan();
    REQUIRE(plan.attach.size() == 1);
    CHECK(plan.attach[0].link.ifindex == 5);
    REQUIRE(plan.detach.size() == 1);
    CHECK(plan.detach[0].link == "lan0");
    CHECK(plan.detach[0].ifindex == 2);
    REQUIRE(plan.put.size() == 1);
    CHECK(plan.put[0].link.ifindex == 5);
    REQUIRE(plan.take.size() == 1);
    CHECK(plan.take[0].ifindex == 2);
}

TEST_CASE("a VIP that was flushed is put back") {
    Host host;
    host.actual.addresses = {{2, address("192.0.2.1")}, {3, address(kVip)}};
    const auto plan = host.plan();
    REQUIRE(plan.put.size() == 1);
    CHECK(plan.put[0].found == "the address is gone");
    CHECK(plan.take.empty());
}

TEST_CASE("an IPv6 VIP waits for its interface to be switched on, an IPv4 one does not") {
    const bool ipv4 = GENERATE(true, false);
    Host host;
    const auto vip = address(ipv4 ? kVip : kVip6);
    host.config = config_of(ipv4 ? kVip : kVip6);
    host.held.vips = {{{"eth0", vip}, 2}};
    host.actual.addresses.clear();
    host.actual.links[0].up = host.actual.links[0].enabled = false;
    CHECK(host.plan().put.size() == (ipv4 ? 1 : 0));
    CHECK(host.plan().vips.size() == (ipv4 ? 0 : 1));
    host.actual.links[0].enabled = true; // without a carrier
    CHECK(host.plan().put.size() == 1);
}

TEST_CASE("a VIP that is wanted elsewhere is put there before it goes") {
    Host host;
    host.config = config_of(kVip, "eth1");
    host.actual.links.push_back(link(3, "eth1"));
    const auto plan = host.plan();
    REQUIRE(plan.put.size() == 1);
    CHECK(plan.put[0].link.name == "eth1");
    REQUIRE(plan.take.size() == 1);
    CHECK(plan.take[0].ifindex == 2);

    host.config.services.clear();
    CHECK(host.plan().put.empty());
    CHECK(host.plan().take.size() == 1);
}

TEST_CASE("a VIP stays where it is while the interface that it is wanted on cannot have it") {
    Host host;
    const auto vip = address(kVip6);
    host.config = config_of(kVip6, "eth1");
    host.held.vips = {{{"eth0", vip}, 2}};
    host.actual.addresses = {{2, vip}};
    CHECK(host.plan().take.empty()); // there is no eth1
    CHECK(host.plan().owned == host.held.vips);
    host.actual.links.push_back(link(3, "eth1"));
    host.actual.links[1].enabled = false;
    CHECK(host.plan().take.empty());
    host.actual.links[1].enabled = true;
    CHECK(host.plan().put.size() == 1);
    CHECK(host.plan().take.size() == 1);
}

TEST_CASE("a VIP whose interface the configuration calls by its new name stays") {
    Host host;
    host.actual.links = {link(2, "lan0", 7)};
    host.config = config_of(kVip, "lan0");
    const auto plan = host.plan();
    CHECK(plan.put.empty());
    CHECK(plan.take.empty());
    CHECK(plan.owned == std::map<Place, std::uint32_t>{{{"lan0", address(kVip)}, 2}});
}

TEST_CASE("a VIP that somebody took off and nobody wants is forgotten") {
    Host host;
    host.config.services.clear();
    host.actual.addresses.clear();
    CHECK(is_idle(host.plan()));
    CHECK(host.plan().owned.empty());
}
