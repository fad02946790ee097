// SPDX-License-Identifier: Apache-2.0
//
// What takes more than one field to see.
#include "config_cases.hpp"

#include <sipsteer/limits.h>
#include <sipsteer/method.h>

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

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
    const std::string reason = "; a server needs its own address for ARP and probes";
    check({
        {{"/services/0/address", R"("198.51.100.12")"},
         {"services[0].address: 198.51.100.12 is also the address of pools[0].servers[1]" +
          reason}},
        {{"/services/0/address", R"("2001:db8::11")"},
         {"services[0].address: 2001:db8::11 is also the address of pools[1].servers[0]" + reason}},
    });
}

TEST_CASE("a VIP is no server's next hop") {
    check({
        {{"/pools/0/servers/1/next_hop", R"("198.51.100.1")"}, {}},
        {{"/pools/0/servers/1/next_hop", R"("198.51.100.11")"}, {}}, // another server may route
        {{"/pools/0/servers/1/next_hop", R"("198.51.100.100")"},
         {"pools[0].servers[1].next_hop: 198.51.100.100 is the address of a service, which cannot "
          "be a next hop"}},
        {{"/pools/0/servers/1/next_hop", R"("0.0.0.0")"},
         {"pools[0].servers[1].next_hop: \"0.0.0.0\" is the unspecified address, which cannot be "
          "used here"}},
    });
}

TEST_CASE("servers behind routers: a code for each VIP, addresses of its family, direct probes") {
    const auto document = [] {
        return json::parse(R"({ "interfaces": [ { "name": "eth0" } ],
            "pools": [ { "name": "far", "forward": "dscp", "servers": [
                           { "name": "a", "address": "203.0.113.11" } ] },
                       { "name": "near", "servers": [] } ],
            "services": [ { "name": "a", "address": "198.51.100.100", "pool": "far", "dscp": 10 },
                          { "name": "b", "address": "198.51.100.101", "pool": "near" } ] })");
    };
    const auto errors = [&](const char *pointer, const char *value) {
        auto changed = document();
        changed[json::json_pointer(pointer)] = json::parse(value);
        return texts(parse(changed));
    };
    CHECK(texts(parse(document())).empty());
    CHECK(errors("/services/0/dscp", "null").size() == 1);
    auto without = document();
    without["services"][0].erase("dscp");
    CHECK(texts(parse(without)) ==
          Texts{R"(services[0].dscp: required, because pool "far" has forward "dscp")"});
    CHECK(errors("/services/1/method_pools", R"([{"method": "REGISTER", "pool": "far"}])") ==
          Texts{R"(services[1].dscp: required, because pool "far" has forward "dscp")"});
    CHECK(errors("/services/1/dscp", "10") ==
          Texts{"services[1].dscp: 10 already stands for 198.51.100.100 because of services[0]"});
    CHECK(errors("/pools/0/servers/0/address", R"("2001:db8::7")") ==
          Texts{"pools[0].servers[0].address: 2001:db8::7 takes the place of the VIP "
                "198.51.100.100 of service \"a\" with forward \"dscp\", so both must be IPv4 or "
                "both IPv6"});
    CHECK(errors("/pools/0/probe", R"({"path": "both"})") ==
          Texts{R"(pools[0].probe.path: "both" needs forward "l2": with "dscp" no frame with the )"
                "VIP goes to a server"});
    CHECK(errors("/pools/1/servers", R"([{"name": "c", "address": "203.0.113.11"}])") ==
          Texts{R"(pools[1].servers[0].address: 203.0.113.11 is reached with forward "l2" here )"
                R"(and with "dscp" as pools[0].servers[0])"});
    auto other_port = document();
    other_port["services"][1]["address"] = "198.51.100.100";
    other_port["services"][1]["port"] = 5062;
    CHECK(texts(parse(other_port)) ==
          Texts{"services[1].dscp: must be that of services[0], which has the same address"});
}

TEST_CASE("a VIP is on one interface") {
    json document = good();
    document["services"] = json::parse(R"([
        { "name": "a", "address": "198.51.100.100", "pool": "proxies", "vip_interface": "eth0" },
        { "name": "b", "address": "198.51.100.100", "port": 5061, "pool": "proxies" },
        { "name": "c", "address": "198.51.100.100", "port": 5062, "pool": "proxies",
          "vip_interface": "eth0" } ])");
    CHECK(texts(parse(document)).empty());
    document["services"][2]["vip_interface"] = "eth1";
    CHECK(texts(parse(document)) ==
          Texts{"services[2].vip_interface: 198.51.100.100 is already on \"eth0\" because of "
                "services[0]; a VIP can be on only one interface"});
}

TEST_CASE("a method's pool is a pool, and each method has one") {
    check({
        {{"/services/0/method_pools", R"([ { "method": "REGISTER", "pool": "other" } ])"},
         {R"(services[0].method_pools[0].pool: "other" is not the name of a pool)"}},
        {{"/services/0/method_pools", R"([ { "method": "REGISTER", "pool": "proxies" },
                                           { "method": "REGISTER", "pool": "proxies" } ])"},
         {"services[0].method_pools[1].method: this method is already in "
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

TEST_CASE("another director has a name and the MAC of one host") {
    const auto director = [](const std::string &mac) {
        return R"([ { "name": "second", "mac": ")" + mac + "\" } ]";
    };
    const std::string at = "directors[0].mac: ";
    const std::string none = " is not a MAC address; write six bytes, \"02:00:00:00:00:0b\"";
    for (const std::string mac :
         {"", "02:00:00:00:00", "02:00:00:00:00:0g", "020000000000",
          "02:00:00:00:00:0b:", "2:0:0:0:0:0b:00:00", "+2:00:00:00:00:0b"}) {
        CHECK(errors_of({"/directors", director(mac).c_str()}) ==
              Texts{at + '"' + mac + '"' + none});
    }
    for (const std::string mac : {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"}) {
        CHECK(errors_of({"/directors", director(mac).c_str()}) ==
              Texts{at + '"' + mac + "\" is not the MAC address of one host"});
    }
    check({
        {{"/directors", R"([ { "name": "second", "mac": "02:00:00:00:00:0B" } ])"}, {}},
        {{"/directors", R"([ { "name": "second" } ])"}, {"directors[0].mac: missing"}},
        {{"/directors", R"([ { "name": "b", "mac": "02:00:00:00:00:01" },
                             { "name": "b", "mac": "02:00:00:00:00:02" } ])"},
         {R"(directors[1].name: "b" is already the name of directors[0])"}},
        {{"/interfaces/0/checksums", R"("never")"},
         {R"(interfaces[0].checksums: "never" is unknown; supported: "auto", "check", "trust")"}},
    });
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
