// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/plan.hpp"

#include "farm/plan/new_call_limits.hpp"
#include "farm/plan/pool_value.hpp"
#include "farm/plan/service_guard.hpp"
#include "farm/plan/slow_start.hpp"
#include "farm/plan/standing.hpp"
#include "farm/plan/tiers.hpp"
#include "farm/plan/turns.hpp"

#include <sipsteer/limits.h>

#include <algorithm>
#include <map>
#include <netinet/in.h>
#include <set>
#include <span>
#include <unordered_set>

namespace sipsteer::plan {

namespace {

using KnownPlans = std::vector<const Plan *>;

Error full(const std::string &what, std::size_t size, const std::string &name) {
    return Error{"no place for " + what + " " + name + ": all " + std::to_string(size) +
                 " are in use, including those with running calls"};
}

ss_service_key service_key(const Address &address, std::uint16_t port, std::uint8_t protocol) {
    ss_service_key key{};
    std::copy(address.bytes().begin(), address.bytes().end(), key.address);
    key.port = htons(port);
    key.protocol = protocol;
    return key;
}

/// The weights in force in a pool. While a server comes back all of them are in parts of
/// kWholeShare, so that a share of a small weight is one, too: equal factors change no ring.
class Weights {
public:
    Weights(const config::Pool &pool, const Observed &observed) : pool_(pool), observed_(observed) {
        for (const auto &server : pool.servers) {
            ramps_ |= observed.shares.contains({pool.name, server.name});
            heaviest_ = std::max(heaviest_, base(server) * kWholeShare);
        }
    }

    std::uint32_t in_ring(const config::Server &server) const {
        return base(server) * (ramps_ ? share(server) : 1);
    }

    /// In 16 bits, scaled down if that is not enough.
    std::uint16_t in_map(const config::Server &server) const {
        constexpr std::uint64_t kMost = 65535;
        const std::uint64_t weight = in_ring(server);
        const bool fits = !ramps_ || heaviest_ <= kMost || weight == 0;
        return static_cast<std::uint16_t>(
            fits ? weight : std::max<std::uint64_t>(1, weight * kMost / heaviest_));
    }

    /// For people.
    double shown(const config::Server &server) const {
        return static_cast<double>(server.weight * share(server)) / kWholeShare;
    }

private:
    /// A plain round robin takes all weights for equal.
    std::uint32_t base(const config::Server &server) const {
        const bool equal = pool_.scheduler == config::Scheduler::RoundRobin;
        return equal && server.weight != 0 ? 1 : server.weight;
    }

    unsigned share(const config::Server &server) const {
        const auto ramp = observed_.shares.find({pool_.name, server.name});
        return ramp == observed_.shares.end() ? kWholeShare : ramp->second;
    }

    const config::Pool &pool_;
    const Observed &observed_;
    bool ramps_ = false;
    std::uint32_t heaviest_ = 0;
};

PlannedServer plan_server(const config::Pool &pool, std::uint16_t pool_index,
                          const config::Server &server, std::uint16_t index, const Weights &weights,
                          const Observed &observed) {
    PlannedServer planned;
    planned.index = index;
    planned.id = {pool.name, server.name};
    planned.value.flags = SS_SERVER_IN_USE;
    planned.value.pool = pool_index;
    planned.value.port = htons(server.port);
    planned.value.most_calls = server.max_calls;
    planned.value.new_call_gap = gap_of_rate(server.max_new_calls_per_second);
    planned.value.weight = weights.in_map(server);
    planned.weight_now = weights.shown(server);
    const auto &address = server.address.bytes();
    std::copy(address.begin(), address.end(), planned.value.address);

    if (const NextHop *hop = resolved(observed, server.hop_address())) {
        std::copy(hop->mac.begin(), hop->mac.end(), planned.value.mac);
        std::copy(hop->source_mac.begin(), hop->source_mac.end(), planned.value.source_mac);
        planned.value.ifindex = hop->ifindex;
        planned.value.vlan = hop->vlan;
        planned.value.flags |= hop->local ? SS_SERVER_LOCAL : 0;
    }
    planned.value.flags |= pool.forward == config::Forward::Dscp ? SS_SERVER_DSCP : 0;
    if (standing_of(pool, server, observed) == Standing::Serving) {
        planned.value.flags |= SS_SERVER_FORWARD;
    }
    return planned;
}

bool can_take_new(const config::Server &server, const PlannedServer &planned) {
    return (planned.value.flags & SS_SERVER_FORWARD) != 0 &&
           server.admin == config::Admin::Enabled && server.weight > 0;
}

bool has_same_ring(const PlannedPool &pool, const PlannedPool &other) {
    return other.index == pool.index && other.ring && other.members == pool.members &&
           other.value.scheduler == pool.value.scheduler;
}

/// The ring of `members`, from a known plan if one has the same.
std::shared_ptr<const ss_ring> ring_of(const PlannedPool &pool, const KnownPlans &known) {
    for (const Plan *plan : known) {
        for (const PlannedPool &other : plan->pools) {
            if (has_same_ring(pool, other)) {
                return other.ring;
            }
        }
    }
    return pool.value.scheduler == SS_SCHEDULER_TURNS ? make_turns(pool.members)
                                                      : make_ring(pool.members);
}

/// Why a pool with `count` servers that can take new calls is down; empty if it is not.
std::string why_down(const config::Pool &pool, std::size_t count) {
    if (count >= pool.quorum) {
        return "";
    }
    if (count == 0) {
        return pool.servers.empty() ? "it has no servers" : "no server can take new calls";
    }
    return std::to_string(count) + (count == 1 ? " server" : " servers") +
           " can take new calls, fewer than the quorum of " + std::to_string(pool.quorum);
}

/// Settles who is in the pool's ring. `servers` are those of the pool.
void choose_members(PlannedPool &planned, const config::Pool &pool,
                    const std::vector<Candidate> &candidates, std::span<PlannedServer> servers) {
    planned.members = members_of_tiers(candidates, pool.tier_minimum);
    planned.down = why_down(pool, planned.members.size());
    const bool up = planned.down.empty();
    if (!up && pool.mode == config::PoolMode::Stateless) {
        planned.members.clear(); // its ring is asked for everything
    }
    planned.value.down = up ? 0 : 1;
    std::unordered_set<std::uint16_t> chosen;
    for (const RingMember &member : planned.members) {
        chosen.insert(member.index);
    }
    for (PlannedServer &server : servers) {
        server.takes_new = up && chosen.contains(server.index);
        if (server.takes_new) {
            server.value.flags |= SS_SERVER_NEW;
        }
    }
}

/// Adds a pool and its servers.
Status add_pool(Plan &plan, const config::Pool &pool, const Observed &observed, Indexes &indexes,
                const KnownPlans &known) {
    const auto pool_index = indexes.pools.get(pool.name);
    if (!pool_index) {
        return full("pool", SS_MAX_POOLS, pool.name);
    }
    PlannedPool planned;
    planned.index = *pool_index;
    planned.name = pool.name;
    planned.value = pool_value(pool);
    planned.scheduler = pool.scheduler;
    const Weights weights(pool, observed);
    std::vector<Candidate> candidates;
    const std::size_t first = plan.servers.size();
    for (const config::Server &server : pool.servers) {
        const std::string name = ServerId{pool.name, server.name}.name();
        const auto index = indexes.servers.get(name, server.address.to_string());
        if (!index) {
            return full("server", SS_MAX_SERVERS, name);
        }
        plan.servers.push_back(plan_server(pool, *pool_index, server, *index, weights, observed));
        const PlannedServer &added = plan.servers.back();
        if (can_take_new(server, added)) {
            const auto identity = ring_identity(server.address, server.port);
            candidates.push_back({{identity, weights.in_ring(server), *index}, server.tier});
        }
    }
    choose_members(planned, pool, candidates, std::span(plan.servers).subspan(first));
    planned.ring = ring_of(planned, known);
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
    planned.key =
        service_key(service.address, service.port, static_cast<std::uint8_t>(service.protocol));
    planned.value.id = *id;
    std::fill(std::begin(planned.value.pool), std::end(planned.value.pool), *pool);
    for (const config::MethodPool &entry : service.method_pools) {
        const auto other = indexes.pools.find(entry.pool);
        if (!other) {
            return Error{"service " + service.name + " names no pool: " + entry.pool};
        }
        planned.value.pool[entry.method] = *other;
        if (*other != *pool) {
            planned.value.by_method = 1;
        }
    }
    planned.limits = new_call_limits(service.new_call_limits);
    add_service_guard(service.guard, planned.limits);
    planned.name = service.name;
    plan.services.push_back(std::move(planned));
    return Done{};
}

bool drops_without_call_id(const config::Config &config, const std::string &pool) {
    return std::any_of(config.pools.begin(), config.pools.end(), [&](const config::Pool &one) {
        return one.name == pool && one.no_call_id == config::NoCallId::Drop;
    });
}

/// Whether a server of the pools of a planned service is this host.
bool has_local_server(const Plan &plan, const ss_service &service) {
    return std::any_of(plan.servers.begin(), plan.servers.end(), [&](const PlannedServer &server) {
        const auto &pools = service.pool;
        return (server.value.flags & SS_SERVER_LOCAL) != 0 &&
               std::find(std::begin(pools), std::end(pools), server.value.pool) != std::end(pools);
    });
}

/// Marks each VIP. A datagram that cannot be parsed shows no port: it is dropped if the pools of
/// all services on the VIP would drop it. Nor does a later fragment: a server of any service on the
/// VIP may be this host. `plan` has the services in the configuration's order.
void add_markers(Plan &plan, const config::Config &config) {
    struct Mark {
        bool drop = true;
        bool local = false;
        std::uint8_t dscp = 0;
    };
    std::map<Address, Mark> marks;
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const config::Service &service = config.services[i];
        Mark &mark = marks[service.address];
        mark.drop = mark.drop && drops_without_call_id(config, service.pool);
        mark.dscp = service.dscp.value_or(0); // all services of a VIP have the same
        mark.local = mark.local || has_local_server(plan, plan.services[i].value);
    }
    for (const auto &[vip, mark] : marks) {
        PlannedService marker;
        marker.key = service_key(vip, 0, 0);
        marker.value.mark = static_cast<__u8>((mark.drop ? SS_MARK_DROP_UNPARSED : 0) |
                                              (mark.local ? SS_MARK_LOCAL : 0));
        marker.value.dscp = mark.dscp;
        plan.services.push_back(marker);
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

Status add_links(Plan &plan, const config::Config &config, const Observed &observed) {
    plan.links = own_frames(config, observed.links);
    for (const PlannedServer &server : plan.servers) {
        if (server.value.ifindex != 0) {
            plan.links.insert(from_director(std::to_array(server.value.source_mac)));
        }
    }
    if (plan.links.size() > SS_MAX_LINKS) {
        return Error{"the interfaces have " + std::to_string(plan.links.size()) +
                     " MACs and VLANs between them; at most " + std::to_string(SS_MAX_LINKS) +
                     " are supported"};
    }
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
            const KnownPlans &known) {
    for (const config::Pool &pool : config.pools) {
        if (auto added = add_pool(plan, pool, observed, indexes, known); !added) {
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
    if (auto added = add_ports(plan); !added) {
        return added;
    }
    return add_links(plan, config, observed);
}

} // namespace

bool PlannedServer::operator==(const PlannedServer &other) const {
    return index == other.index && id == other.id && same_bytes(value, other.value) &&
           takes_new == other.takes_new && weight_now == other.weight_now;
}

bool PlannedPool::operator==(const PlannedPool &other) const {
    // Equal members and schedulers make equal rings.
    return index == other.index && name == other.name && same_bytes(value, other.value) &&
           scheduler == other.scheduler && members == other.members && down == other.down;
}

bool PlannedService::operator==(const PlannedService &other) const {
    return same_bytes(key, other.key) && same_bytes(value, other.value) &&
           same_bytes(limits, other.limits) && name == other.name;
}

Result<Plan> make_plan(const config::Config &config, const Observed &observed, Indexes &indexes,
                       const std::vector<const Plan *> &known) {
    Plan plan;
    Indexes extended = indexes;
    const auto filled = fill(plan, config, observed, extended, known);
    if (!filled) {
        return filled.error();
    }
    indexes = std::move(extended);
    return plan;
}

} // namespace sipsteer::plan
