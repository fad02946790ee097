// SPDX-License-Identifier: Apache-2.0
#include "daemon/neighbour_room.hpp"

#include "base/log.hpp"

#include <fstream>
#include <optional>
#include <set>
#include <string>

namespace sipsteer::daemon {

namespace {

/// For everybody else on the segment: clients, routers, other programs.
constexpr std::size_t kOtherNeighbours = 64;

/// Nothing inside a network namespace, which does not show it.
std::optional<std::size_t> limit_of(const std::string &sysctl) {
    std::ifstream file(sysctl);
    std::size_t limit = 0;
    return file >> limit ? std::optional(limit) : std::nullopt;
}

} // namespace

std::size_t neighbours_wanted(const config::Config &config, bool ipv4) {
    std::set<Address> hops;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            if (server.hop_address().is_ipv4() == ipv4) {
                hops.insert(server.hop_address());
            }
        }
    }
    return hops.size();
}

void check_neighbour_room(const config::Config &config) {
    for (const bool ipv4 : {true, false}) {
        const std::string name =
            std::string("net/") + (ipv4 ? "ipv4" : "ipv6") + "/neigh/default/gc_thresh3";
        const auto wanted = neighbours_wanted(config, ipv4);
        const auto limit = limit_of("/proc/sys/" + name);
        if (limit && wanted != 0 && wanted + kOtherNeighbours > *limit) {
            log::warn("neighbour_limit",
                      {{"sysctl", name},
                       {"limit", *limit},
                       {"wanted", wanted + kOtherNeighbours},
                       {"problem", "servers beyond it have no MAC address and get no calls"}});
        }
    }
}

} // namespace sipsteer::daemon
