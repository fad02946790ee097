// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/owners.hpp"

#include <algorithm>

namespace sipsteer::doctor {

std::string servers_with(const Facts &facts, const MacAddress &mac) {
    std::string names;
    for (const auto &server : facts.network.servers) {
        if (server.macs && server.macs->count(mac) != 0 && server.own) {
            names += (names.empty() ? "" : ", ") + server.id();
        }
    }
    return names;
}

bool is_director(const Facts &facts, const MacAddress &mac) {
    const auto &directors = facts.config->directors;
    return std::any_of(directors.begin(), directors.end(),
                       [&](const auto &director) { return director.mac == mac; });
}

std::vector<std::string> speaking_places(const Facts &facts, const Address &vip) {
    auto places = places_of(facts.network, vip);
    std::erase_if(places, [&](const auto &place) {
        const Link *link = link_of(facts.network, place);
        return link != nullptr && !(link->info && link->info->ethernet);
    });
    return places;
}

bool is_server(const Facts &facts) {
    const auto &servers = facts.network.servers;
    return std::any_of(servers.begin(), servers.end(),
                       [](const auto &server) { return server.segment.local; });
}

bool is_own(const Facts &facts, const MacAddress &mac) {
    return facts.network.own_macs.count(mac) != 0;
}

} // namespace sipsteer::doctor
