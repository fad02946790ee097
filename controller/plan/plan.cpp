// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.hpp"

#include <sipsteer/call.h>
#include <sipsteer/limits.h>

#include <algorithm>
#include <netinet/in.h>
#include <set>

namespace sipsteer::plan {

namespace {

Error full(const std::string &what, std::size_t size, const std::string &name) {
    return Error{"no place for " + what + " " + name + ": all " + std::to_string(size) +
                 " are taken, counting those whose calls still run"};
}

std::uint16_t to_ticks(std::chrono::seconds lifetime) {
    const std::int64_t nanoseconds = std::chrono::nanoseconds(lifetime).count();
    const std::int64_t tick = std::int64_t{1} << SS_TICK_SHIFT;
    const std::int64_t ticks = (nanoseconds + tick - 1) / tick;
    return static_cast<std::uint16_t>(std::min<std::int64_t>(ticks, SS_MAX_LIFETIME_TICKS));
}

__u8 to_map(config::PoolMode mode) {
    return mode == config::PoolMode::Stateful ? SS_POOL_STATEFUL : SS_POOL_STATELESS;
}

__u8 to_map(config::NoCallId policy) {
    switch (policy) {
    case config::NoCallId::Pass:
        return SS_NO_CALL_ID_PASS;
    case config::NoCallId::Drop:
        return SS_NO_CALL_ID_DROP;
    case config::NoCallId::SteerBySource:
        break;
    }
    return SS_NO_CALL_ID_SOURCE;
}

ss_pool pool_value(const config::Pool &pool) {
    ss_pool value{};
    value.in_use = 1;
    value.mode = to_map(pool.mode);
    value.no_call_id = to_map(pool.no_call_id);
    value.lifetime[SS_CALL_EARLY] = to_ticks(pool.lifetimes.early);
    value.lifetime[SS_CALL_CONFIRMED] = to_ticks(pool.lifetimes.confirmed);
    value.lifetime[SS_CALL_CLOSING] = to_ticks(pool.lifetimes.closing);
    value.lifetime[SS_CALL_OTHER] = to_ticks(pool.lifetimes.other);
    value.lifetime[SS_CALL_SOURCE] = to_ticks(pool.lifetimes.source);
    return value;
}

ss_service_key service_key(const Address &address, std::uint16_t port, std::uint8_t protocol) {
    ss_service_key key{};
    std::copy(address.bytes().begin(), address.bytes().end(), key.address);
    key.port = htons(port);
    key.protocol = protocol;
    return key;
}

/// The next hop of an address; null if it is not resolved.
const NextHop *resolved(const Observed &observed, const Address &address) {
    const auto found = observed.next_hops.find(address);
    return found != observed.next_hops.end() && found->second.resolved ? &found->second : nullptr;
}

bool is_up(const config::Pool &pool, const ServerId &id, const Observed &observed) {
    if (pool.probe.type == config::ProbeType::None) {
        return true;
    }
    const auto health = observed.health.find(id);
    return health != observed.health.end() && health->second == Health::Up;
}

PlannedServer plan_server(const config::Pool &pool, std::uint16_t pool_index,
                          const config::Server &server, std::uint16_t index,
                          const Observed &observed) {
    PlannedServer planned;
    planned.index = index;
    planned.id = {pool.name, server.name};
    planned.value.flags = SS_SERVER_IN_USE;
    planned.value.pool = pool_index;
    planned.value.port = htons(server.port);
    const auto &address = server.address.bytes();
    std::copy(address.begin(), address.end(), planned.value.address);

    const NextHop *hop = resolved(observed, server.address);
    if (hop != nullptr) {
        std::copy(hop->mac.begin(), hop->mac.end(), planned.value.mac);
        std::copy(hop->source_mac.begin(), hop->source_mac.end(), planned.value.source_mac);
        planned.value.ifindex = hop->ifindex;
        planned.value.vlan = hop->vlan;
    }
    if (hop != nullptr && server.admin == config::Admin::Enabled &&
        is_up(pool, planned.id, observed)) {
        planned.value.flags |= SS_SERVER_FORWARD;
        planned.takes_new = server.weight > 0;
    }
    return planned;
}

/// The ring of `members`, from the previous plan if it has the same.
std::shared_ptr<const ss_ring> ring_of(const PlannedPool &pool, const Plan *previous) {
    if (previous != nullptr) {
        for (const PlannedPool &before : previous->pools) {
            if (before.index == pool.index && before.ring && before.members == pool.members) {
                return before.ring;
            }
        }
    }
    return make_ring(pool.members);
}

/// Adds a pool and its servers.
Status add_pool(Plan &plan, const config::Pool &pool, const Observed &observed, Indexes &indexes,
                const Plan *previous) {
    const auto pool_index = indexes.pools.get(pool.name);
    if (!pool_index) {
        return full("pool", SS_MAX_POOLS, pool.name);
    }
    PlannedPool planned;
    planned.index = *pool_index;
    planned.name = pool.name;
    planned.value = pool_value(pool);
    for (const config::Server &server : pool.servers) {
        const std::string name = ServerId{pool.name, server.name}.name();
        const auto index = indexes.servers.get(name);
        if (!index) {
            return full("server", SS_MAX_SERVERS, name);
        }
        plan.servers.push_back(plan_server(pool, *pool_index, server, *index, observed));
        if (plan.servers.back().takes_new) {
            planned.members.push_back(
                {ring_identity(server.address, server.port), server.weight, *index});
        }
    }
    std::sort(planned.members.begin(), planned.members.end());
    planned.ring = ring_of(planned, previous);
    plan.pools.push_back(std::move(planned));
    return Done{};
}

Status add_service(Plan &plan, const config::Service &service, Indexes &indexes) {
    const auto id = indexes.services.get(service.name);
    if (!id) {
        return full("service", SS_MAX_SERVICES, service.name);
    }
    const auto pool = indexes.pools.find(service.pool);
    if (!pool) {
        return Error{"service " + service.name + " names no pool: " + service.pool};
    }
    PlannedService planned;
    planned.key = service_key(service.address, service.port, IPPROTO_UDP);
    planned.value.id = *id;
    std::fill(std::begin(planned.value.pool), std::end(planned.value.pool), *pool);
    for (const config::MethodPool &entry : service.method_pools) {
        const auto other = indexes.pools.find(entry.pool);
        if (!other) {
            return Error{"service " + service.name + " names no pool: " + entry.pool};
        }
        planned.value.pool[entry.method] = *other;
    }
    planned.name = service.name;
    plan.services.push_back(std::move(planned));
    return Done{};
}

void add_markers(Plan &plan, const config::Config &config) {
    std::set<Address> vips;
    for (const config::Service &service : config.services) {
        if (vips.insert(service.address).second) {
            PlannedService marker;
            marker.key = service_key(service.address, 0, 0);
            plan.services.push_back(marker);
        }
    }
}

Status add_ports(Plan &plan) {
    std::set<std::uint32_t> ports;
    for (const PlannedServer &server : plan.servers) {
        if (server.value.ifindex != 0) {
            ports.insert(server.value.ifindex);
        }
    }
    if (ports.size() > SS_MAX_PORTS) {
        return Error{"servers are reached through " + std::to_string(ports.size()) +
                     " interfaces; at most " + std::to_string(SS_MAX_PORTS) + " are supported"};
    }
    plan.ports.assign(ports.begin(), ports.end());
    return Done{};
}

void sort_all(Plan &plan) {
    const auto by_index = [](const auto &a, const auto &b) { return a.index < b.index; };
    std::sort(plan.servers.begin(), plan.servers.end(), by_index);
    std::sort(plan.pools.begin(), plan.pools.end(), by_index);
    std::sort(plan.services.begin(), plan.services.end(),
              [](const PlannedService &a, const PlannedService &b) {
                  return std::memcmp(&a.key, &b.key, sizeof(a.key)) < 0;
              });
}

Status fill(Plan &plan, const config::Config &config, const Observed &observed, Indexes &indexes,
            const Plan *previous) {
    for (const config::Pool &pool : config.pools) {
        if (auto added = add_pool(plan, pool, observed, indexes, previous); !added) {
            return added;
        }
    }
    for (const config::Service &service : config.services) {
        if (auto added = add_service(plan, service, indexes); !added) {
            return added;
        }
    }
    add_markers(plan, config);
    sort_all(plan);
    return add_ports(plan);
}

} // namespace

bool PlannedServer::operator==(const PlannedServer &other) const {
    return index == other.index && id == other.id && same_bytes(value, other.value) &&
           takes_new == other.takes_new;
}

bool PlannedPool::operator==(const PlannedPool &other) const {
    // Equal members make equal rings.
    return index == other.index && name == other.name && same_bytes(value, other.value) &&
           members == other.members;
}

bool PlannedService::operator==(const PlannedService &other) const {
    return same_bytes(key, other.key) && same_bytes(value, other.value) && name == other.name;
}

Result<Plan> make_plan(const config::Config &config, const Observed &observed, Indexes &indexes,
                       const Plan *previous) {
    Plan plan;
    Indexes extended = indexes;
    const auto filled = fill(plan, config, observed, extended, previous);
    if (!filled) {
        return filled.error();
    }
    indexes = std::move(extended);
    return plan;
}

} // namespace sipsteer::plan
