// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/gather.hpp"

#include "cli/doctor/check.hpp"
#include "cli/doctor/gather/host.hpp"
#include "cli/doctor/gather/links.hpp"
#include "cli/doctor/gather/process.hpp"
#include "cli/doctor/gather/segment.hpp"
#include "cli/doctor/gather/text_file.hpp"
#include "cli/doctor/gather/vip_answers.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <net/if.h>
#include <unistd.h>

namespace sipsteer::doctor {

namespace {

bool is_this_host(const std::string &host) {
    if (host == "localhost") {
        return true;
    }
    const auto address = Address::parse(host);
    const auto own = own_addresses().value_or(std::vector<OwnAddress>{});
    return address && (address->is_loopback() ||
                       std::any_of(own.begin(), own.end(),
                                   [&](const auto &one) { return one.address == *address; }));
}

/// All that is configured or that a server is behind.
std::set<std::string> interfaces_to_look_at(const config::Config &config, const Network &network) {
    std::set<std::string> names;
    for (const auto &interface : config.interfaces) {
        names.insert(interface.name);
    }
    for (const auto &service : config.services) {
        if (service.vip_interface) {
            names.insert(*service.vip_interface);
        }
        for (const auto &place : places_of(network, service.address)) {
            names.insert(place);
        }
    }
    for (const auto &server : network.servers) {
        for (const auto &name : {server.interface, server.egress}) {
            if (!name.empty()) {
                names.insert(name);
            }
        }
    }
    return names;
}

Known<dataplane::Present> programs_on(const std::string &interface, const std::string &pin_dir) {
    const auto ifindex = ::if_nametoindex(interface.c_str());
    if (ifindex == 0) {
        return system_error("interface " + interface);
    }
    return dataplane::present_on(ifindex, pin_dir);
}

void gather_network(unsigned needs, const config::Config &config, Network &network) {
    constexpr unsigned kAsking = kSegment | kVips;
    network.addresses = own_addresses().value_or(std::vector<OwnAddress>{});
    if ((needs & (kRoutes | kAsking)) != 0) {
        network.servers = gather_places(config);
    }
    for (const auto &name : interfaces_to_look_at(config, network)) {
        network.links[name] = gather_link(name);
    }
    if ((needs & kPrograms) != 0) {
        for (const auto &interface : config.interfaces) {
            network.programs.insert_or_assign(interface.name,
                                              programs_on(interface.name, config.pin_dir));
        }
    }
    const auto routes = read_text("/proc/net/route");
    network.default_routes = default_routes_in(routes ? *routes : "");
    network.own_macs = gather_own_macs();
    if ((needs & kAsking) != 0) {
        ask_who_answers(config, network);
    }
    if ((needs & kVips) != 0) {
        network.answers = ask_vips(config, network.servers);
    }
}

} // namespace

void gather_place(const ApiPlace &place, Facts &facts) {
    if (place.socket.empty()) {
        facts.process = Error{"only the API's Unix socket reveals its process"};
        if (!is_this_host(place.host)) {
            facts.elsewhere =
                "the daemon is on another host, " + place.host + "; run sipsteer doctor there";
        }
        return;
    }
    facts.process = process_behind(place.socket);
    if (facts.process && facts.process->other_network) {
        facts.elsewhere = "the daemon is in another network namespace; run nsenter --net=/proc/" +
                          std::to_string(facts.process->pid) + "/ns/net sipsteer doctor ...";
    }
}

ConfigFile read_config(const std::string &path, bool named) {
    ConfigFile file;
    file.path = path;
    file.named = named;
    file.there = ::access(path.c_str(), F_OK) == 0;
    file.readable = ::access(path.c_str(), R_OK) == 0;
    const auto parsed = config::load_file(path);
    if (parsed) {
        file.content = *parsed;
    } else {
        file.content = Error{parsed.error_text()};
    }
    return file;
}

void gather_host_facts(unsigned needs, Facts &facts) {
    if (!facts.elsewhere.empty()) {
        return;
    }
    const auto *config = facts.config ? &*facts.config : nullptr;
    if ((needs & kHost) != 0) {
        facts.host = gather_host(config);
        // A running daemon has the table of its own configuration.
        facts.host.table_pinned = facts.host.table_pinned || (facts.daemon && !facts.file.named);
    }
    constexpr unsigned kOfTheNetwork = kLinks | kPrograms | kRoutes | kSegment | kVips;
    if (config != nullptr && (needs & kOfTheNetwork) != 0) {
        gather_network(needs, *config, facts.network);
    }
}

} // namespace sipsteer::doctor
