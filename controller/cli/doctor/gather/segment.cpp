// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/segment.hpp"

#include "kernel/netlink/decide.hpp"
#include "kernel/netlink/inquiry.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

constexpr std::chrono::milliseconds kPatience{700};

/// Which answer a question's is.
using Target = Known<std::set<MacAddress>> *;

class Survey {
public:
    Survey(const config::Config &config, Network &network) : config_(config), network_(network) {
        for (const auto &service : config.services) {
            vips_.insert(service.address);
        }
    }

    void run() {
        for (auto &server : network_.servers) {
            if (!server.interface.empty() && server.segment.problem.empty()) {
                add(server.interface, server.hop, &server.macs);
            }
        }
        make_claims();
        for (auto &claims : network_.claims) {
            add(claims.interface, claims.vip, &claims.macs);
        }
        const auto answers = ask_segments(questions_, kPatience);
        for (std::size_t i = 0; i < targets_.size(); i++) {
            *targets_[i] = answers ? Known<std::set<MacAddress>>((*answers)[i])
                                   : Error{answers.error().message + "; run this as root"};
        }
    }

private:
    /// VIPs are asked for on every segment: where this host has an address of their family. A trunk
    /// below its VLANs has none.
    void make_claims() {
        for (const auto &vip : vips_) {
            for (const auto &[name, link] : network_.links) {
                if (link.info && link.info->ethernet && link.info->up &&
                    has_address(name, vip.is_ipv4())) {
                    network_.claims.push_back({vip, name, not_looked_at()});
                }
            }
        }
    }

    bool has_address(const std::string &interface, bool ipv4) const {
        return std::any_of(network_.addresses.begin(), network_.addresses.end(),
                           [&](const OwnAddress &own) {
                               return own.interface == interface && own.address.is_ipv4() == ipv4;
                           });
    }

    /// Anything but a VIP: that is what is asked for, or is the servers', too.
    std::optional<Address> own_address(const std::string &interface, bool ipv4) const {
        const auto &all = network_.addresses;
        const auto found = std::find_if(all.begin(), all.end(), [&](const OwnAddress &own) {
            return own.interface == interface && own.address.is_ipv4() == ipv4 &&
                   vips_.count(own.address) == 0;
        });
        return found == all.end() ? std::nullopt : std::optional(found->address);
    }

    void add(const std::string &interface, const Address &target, Target answer) {
        const Link *link = link_of(network_, interface);
        if (link == nullptr || !link->info) {
            return;
        }
        const auto own = own_address(interface, target.is_ipv4());
        if (!own && !target.is_ipv4()) {
            *answer = Error{interface + " has no IPv6 address as a source"};
            return;
        }
        questions_.push_back(
            {link->info->ifindex, {link->info->mac, own.value_or(Address{})}, target});
        targets_.push_back(answer);
    }

    const config::Config &config_;
    Network &network_;
    std::set<Address> vips_;
    std::vector<Question> questions_;
    std::vector<Target> targets_;
};

LinkFinder link_finder(netlink::Socket &socket) {
    return [&socket](std::uint32_t ifindex) -> std::optional<LinkInfo> {
        auto link = find_link(socket, ifindex);
        return link ? std::optional(std::move(*link)) : std::nullopt;
    };
}

void find_way(netlink::Socket &socket, const VlanTags &tags, ServerPlace &place) {
    const auto find = link_finder(socket);
    const auto name_of = [&](std::uint32_t ifindex) {
        const auto link = find(ifindex);
        return link ? link->name : std::string();
    };
    Route route = find_route(socket, place.hop);
    place.route = route;
    if (route.kind == Route::Kind::Router && place.routed) { // the router is the neighbour
        place.hop = route.router;
        place.own = false;
        route.kind = Route::Kind::OnLink;
    }
    place.segment = decide_segment(route, find, tags);
    if (route.kind == Route::Kind::OnLink) {
        place.interface = name_of(route.ifindex);
        place.egress = place.segment.problem.empty() ? name_of(place.segment.ifindex) : "";
    }
}

} // namespace

std::vector<ServerPlace> gather_places(const config::Config &config) {
    VlanTags tags;
    for (const auto &tag : config.vlan_tags) {
        tags[tag.name] = tag.id;
    }
    auto socket = netlink::Socket::open();
    std::vector<ServerPlace> places;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            ServerPlace place;
            place.pool = pool.name;
            place.name = server.name;
            place.hop = server.hop_address();
            place.own = !server.next_hop;
            place.routed = pool.forward == config::Forward::Dscp;
            if (socket) {
                find_way(*socket, tags, place);
            } else {
                place.route = socket.error();
            }
            places.push_back(std::move(place));
        }
    }
    return places;
}

void ask_who_answers(const config::Config &config, Network &network) {
    Survey(config, network).run();
}

} // namespace sipsteer::doctor
