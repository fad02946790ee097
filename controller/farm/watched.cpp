// SPDX-License-Identifier: Apache-2.0
#include "farm/watched.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

bool runs(const Running &running, const config::Pool &pool, const config::Server &server) {
    const auto known = running.find({pool.name, server.name});
    return known != running.end() && known->second == server.address;
}

Health first_health(const config::Pool &pool, const config::Server &server, const Running &running,
                    const Idle &idle) {
    if (runs(running, pool, server)) {
        return Health::Up;
    }
    const bool may_be_idle = server.admin == config::Admin::Disabled ||
                             (server.admin == config::Admin::Draining && server.drain_timeout);
    const bool was_idle = idle.contains({{pool.name, server.name}, server.address});
    return was_idle && !may_be_idle ? Health::Down : Health::Unknown;
}

/// The VIPs and ports of the services whose messages go to the pool, each once.
std::vector<Endpoint> vips_of(const config::Config &config, const config::Pool &pool) {
    std::set<Endpoint> vips;
    for (const auto &service : config.services) {
        const bool by_method =
            std::any_of(service.method_pools.begin(), service.method_pools.end(),
                        [&](const auto &entry) { return entry.pool == pool.name; });
        if (service.pool == pool.name || by_method) {
            vips.insert({service.address, service.port});
        }
    }
    return {vips.begin(), vips.end()};
}

} // namespace

std::vector<health::Target> probe_targets(const config::Config &config, const Running &running,
                                          const Idle &idle) {
    std::vector<health::Target> targets;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            if (pool.probe.type == config::ProbeType::None) {
                continue;
            }
            targets.push_back({{pool.name, server.name},
                               server.address,
                               server.port,
                               pool.probe,
                               vips_of(config, pool),
                               server.hop_address(),
                               first_health(pool, server, running, idle)});
        }
    }
    return targets;
}

VlanTags vlan_tags(const config::Config &config) {
    VlanTags tags;
    for (const auto &tag : config.vlan_tags) {
        tags[tag.name] = tag.id;
    }
    return tags;
}

std::set<Address> hop_addresses(const config::Config &config) {
    std::set<Address> addresses;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            addresses.insert(server.hop_address());
        }
    }
    return addresses;
}

std::set<Address> routed_addresses(const config::Config &config) {
    std::set<Address> addresses;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            if (pool.forward == config::Forward::Dscp) {
                addresses.insert(server.hop_address());
            }
        }
    }
    return addresses;
}

bool next_hops_known(const config::Config &config, const Running &running,
                     const std::map<Address, NextHop> &next_hops) {
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            const auto next_hop = next_hops.find(server.hop_address());
            if (runs(running, pool, server) &&
                (next_hop == next_hops.end() || !next_hop->second.resolved)) {
                return false;
            }
        }
    }
    return true;
}

} // namespace sipsteer::farm
