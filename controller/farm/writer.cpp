// SPDX-License-Identifier: Apache-2.0
#include "farm/writer.hpp"

#include "base/fd.hpp"
#include "calls/load.hpp"
#include "farm/plan/hosts.hpp"
#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/flows.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <net/if.h>

namespace sipsteer::farm {

namespace {

/// Calls each step until one fails.
template <typename... Steps>
Status in_order(Steps... steps) {
    Status status = Done{};
    (void)((status = steps(), status.ok()) && ...);
    return status;
}

bool is_interface(std::uint32_t ifindex) {
    char name[IF_NAMESIZE];
    return if_indextoname(ifindex, name) != nullptr;
}

bool forwards(const ss_server &server) {
    return (server.flags & SS_SERVER_FORWARD) != 0;
}

/// `items` are sorted by their index, as a plan has them.
template <typename Items>
bool has_index(const Items &items, std::uint32_t index) {
    const auto found = std::lower_bound(
        items.begin(), items.end(), index,
        [](const auto &item, std::uint32_t wanted) { return item.index < wanted; });
    return found != items.end() && found->index == index;
}

bool comes_before(const ss_host_key &one, const ss_host_key &other) {
    return std::memcmp(&one, &other, sizeof(one)) < 0;
}

/// Servers by what they write in Via: of a large farm, as far as the map has room, the usual
/// spellings first.
std::vector<std::pair<std::uint16_t, ss_host_key>> hosts_of(const plan::Plan &plan) {
    std::vector<std::pair<std::uint16_t, ss_host_key>> hosts, rarer;
    for (const auto &server : plan.servers) {
        const auto spellings = plan::host_spellings(server.value);
        for (const auto &spelling : spellings) {
            auto &where = &spelling == spellings.data() ? hosts : rarer;
            where.emplace_back(server.index, plan::host_key(server.value, spelling));
        }
    }
    const auto room = SS_MAX_SERVERS - std::min<std::size_t>(hosts.size(), SS_MAX_SERVERS);
    rarer.resize(std::min<std::size_t>(rarer.size(), room));
    hosts.insert(hosts.end(), rarer.begin(), rarer.end());
    return hosts;
}

} // namespace

Status Writer::apply(const plan::Plan &plan) {
    auto present = dataplane::read_array<ss_server>(maps_.servers(), SS_MAX_SERVERS, "servers");
    if (!present) {
        return present.error();
    }
    present_ = std::move(*present);
    return in_order([&] { return remove_services(plan); }, //
                    [&] { return write_links(plan); },     //
                    [&] { return write_ports(plan); },
                    // Servers that take calls are there before a ring names them; servers that do
                    // not any more go after the rings have let go of them.
                    [&] { return write_servers(plan, true); }, //
                    [&] { return write_pools(plan); }, [&] { return write_servers(plan, false); },
                    [&] { return write_services(plan); }, //
                    [&] { return write_hosts(plan); },    //
                    [&] { return remove_servers(plan); }, //
                    [&] { return remove_pools(plan); },   //
                    [&] { return remove_ports(plan); },   //
                    [&] { return remove_links(plan); });
}

Status Writer::release_server(std::uint16_t index) {
    const std::uint32_t key = index;
    dataplane::clear_server_counters(maps_, index);
    calls::clear_load(maps_.server_load()[index]);
    if (auto done = dataplane::write_value(maps_.servers(), key, ss_server{}, "servers"); !done) {
        return done;
    }
    if (auto done = dataplane::forget_flows_to_server(maps_.flows(), index); !done) {
        return done;
    }
    return dataplane::write_value(maps_.server_names(), key, ss_name{}, "server_names");
}

/// Its name went with it.
void Writer::release_pool(std::uint16_t index) {
    dataplane::clear_pool_counters(maps_, index);
}

Status Writer::release_service(std::uint16_t index) {
    const std::uint32_t key = index;
    dataplane::clear_service_traffic(maps_, index);
    if (auto done =
            dataplane::write_value(maps_.guard_limits(), key, ss_guard_limits{}, "guard_limits");
        !done) {
        return done;
    }
    if (auto done = dataplane::forget_flows_of_service(maps_.flows(), index); !done) {
        return done;
    }
    return dataplane::write_value(maps_.service_names(), key, ss_name{}, "service_names");
}

Status Writer::remove_services(const plan::Plan &plan) {
    for (const auto &key : dataplane::read_keys<ss_service_key>(maps_.services())) {
        const bool stays =
            std::any_of(plan.services.begin(), plan.services.end(),
                        [&](const auto &service) { return plan::same_bytes(service.key, key); });
        if (stays) {
            continue;
        }
        if (auto done = dataplane::remove_key(maps_.services(), key, "services"); !done) {
            return done;
        }
    }
    return Done{};
}

/// Those that are new. What is no more goes at the very end, so the map is never empty.
Status Writer::write_links(const plan::Plan &plan) {
    plan::LinkKeys present;
    for (const auto &key : dataplane::read_keys<ss_link_key>(maps_.links())) {
        present.insert(std::bit_cast<plan::LinkKey>(key));
    }
    for (const auto &bytes : plan.links) {
        const auto key = std::bit_cast<ss_link_key>(bytes);
        if (present.contains(bytes)) {
            continue;
        }
        if (auto done = dataplane::write_value(maps_.links(), key, ss_link{}, "links"); !done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::remove_links(const plan::Plan &plan) {
    for (const auto &key : dataplane::read_keys<ss_link_key>(maps_.links())) {
        if (plan.links.contains(std::bit_cast<plan::LinkKey>(key))) {
            continue;
        }
        if (auto done = dataplane::remove_key(maps_.links(), key, "links"); !done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::write_ports(const plan::Plan &plan) {
    for (const std::uint32_t ifindex : plan.ports) {
        auto done = dataplane::write_value(maps_.ports(), ifindex, ifindex, "ports");
        if (!done && is_interface(ifindex)) { // or else the next plan will be without it
            return done;
        }
    }
    return Done{};
}

Status Writer::write_server(const plan::PlannedServer &server) {
    const std::uint32_t key = server.index;
    if (plan::same_bytes(present_.at(key), server.value)) {
        return Done{};
    }
    const auto name = dataplane::make_name(server.id.name());
    if (auto done = dataplane::write_value(maps_.server_names(), key, name, "server_names");
        !done) {
        return done;
    }
    return dataplane::write_value(maps_.servers(), key, server.value, "servers");
}

Status Writer::write_servers(const plan::Plan &plan, bool forwarding) {
    for (const auto &server : plan.servers) {
        if (forwards(server.value) != forwarding) {
            continue;
        }
        if (auto done = write_server(server); !done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::write_ring(const plan::PlannedPool &pool) {
    if (rings_[pool.index] == pool.ring) {
        return Done{};
    }
    const Fd inner(bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(std::uint32_t),
                                  sizeof(ss_ring), 1, nullptr));
    if (!inner) {
        return system_error("cannot make a ring for pool " + pool.name);
    }
    if (auto done = dataplane::write_value(inner.get(), std::uint32_t{0}, *pool.ring, "ring");
        !done) {
        return done;
    }
    const std::uint32_t key = pool.index;
    if (auto done = dataplane::write_value(maps_.rings(), key, inner.get(), "rings"); !done) {
        return done;
    }
    rings_[pool.index] = pool.ring;
    return Done{};
}

Status Writer::write_pools(const plan::Plan &plan) {
    for (const auto &pool : plan.pools) {
        const std::uint32_t key = pool.index;
        auto done = in_order(
            [&] { return write_ring(pool); },
            [&] {
                return dataplane::write_value(maps_.pool_names(), key,
                                              dataplane::make_name(pool.name), "pool_names");
            },
            [&] { return dataplane::write_value(maps_.pools(), key, pool.value, "pools"); });
        if (!done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::write_services(const plan::Plan &plan) {
    for (const auto &service : plan.services) {
        if (!service.is_marker()) {
            const std::uint32_t key = service.value.id;
            auto done = in_order(
                [&] {
                    return dataplane::write_value(maps_.service_names(), key,
                                                  dataplane::make_name(service.name),
                                                  "service_names");
                },
                [&] {
                    return dataplane::write_value(maps_.guard_limits(), key, service.limits,
                                                  "guard_limits");
                });
            if (!done) {
                return done;
            }
        }
        if (auto done =
                dataplane::write_value(maps_.services(), service.key, service.value, "services");
            !done) {
            return done;
        }
    }
    return Done{};
}

/// What servers write in Via, and who they are.
Status Writer::write_hosts(const plan::Plan &plan) {
    Hosts hosts = hosts_of(plan);
    const auto same = [](const auto &one, const auto &other) {
        return one.first == other.first && plan::same_bytes(one.second, other.second);
    };
    if (hosts_ && std::equal(hosts.begin(), hosts.end(), hosts_->begin(), hosts_->end(), same)) {
        return Done{}; // only a new configuration changes them, health does not
    }
    const bool fits = hosts_ && hosts_->size() + hosts.size() <= SS_MAX_SERVERS;
    hosts_.reset(); // not in force until all are written
    const auto add = [&] { return add_hosts(hosts); };
    const auto remove = [&] { return remove_hosts(hosts); };
    auto done = fits ? in_order(add, remove) : in_order(remove, add);
    if (done) {
        hosts_ = std::move(hosts);
    }
    return done;
}

Status Writer::add_hosts(const Hosts &hosts) {
    for (const auto &[index, key] : hosts) {
        if (auto done = dataplane::write_value(maps_.hosts(), key, std::uint32_t{index}, "hosts");
            !done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::remove_hosts(const Hosts &hosts) {
    std::vector<ss_host_key> planned;
    for (const auto &host : hosts) {
        planned.push_back(host.second);
    }
    std::sort(planned.begin(), planned.end(), comes_before);
    for (const auto &key : dataplane::read_keys<ss_host_key>(maps_.hosts())) {
        if (std::binary_search(planned.begin(), planned.end(), key, comes_before)) {
            continue;
        }
        if (auto done = dataplane::remove_key(maps_.hosts(), key, "hosts"); !done) {
            return done;
        }
    }
    return Done{};
}

/// A server that is no longer planned keeps its index and its pool while calls name it: they are
/// given another server at their next message.
Status Writer::remove_servers(const plan::Plan &plan) {
    for (std::uint32_t index = 0; index < SS_MAX_SERVERS; index++) {
        auto server = present_.at(index);
        if (!forwards(server) || has_index(plan.servers, index)) {
            continue;
        }
        server.flags = static_cast<__u8>(server.flags & SS_SERVER_IN_USE);
        if (auto done = dataplane::write_value(maps_.servers(), index, server, "servers"); !done) {
            return done;
        }
    }
    return Done{};
}

Status Writer::remove_pools(const plan::Plan &plan) {
    for (std::uint32_t index = 0; index < SS_MAX_POOLS; index++) {
        const auto pool = dataplane::read_value<ss_pool>(maps_.pools(), index);
        if (!pool || !pool->in_use || has_index(plan.pools, index)) {
            continue;
        }
        auto done = in_order(
            [&] { return dataplane::write_value(maps_.pools(), index, ss_pool{}, "pools"); },
            [&] { return dataplane::remove_key(maps_.rings(), index, "rings"); },
            [&] {
                return dataplane::write_value(maps_.pool_names(), index, ss_name{}, "pool_names");
            });
        if (!done) {
            return done;
        }
        rings_.erase(static_cast<std::uint16_t>(index));
    }
    return Done{};
}

Status Writer::remove_ports(const plan::Plan &plan) {
    for (const auto ifindex : dataplane::read_keys<std::uint32_t>(maps_.ports())) {
        if (std::binary_search(plan.ports.begin(), plan.ports.end(), ifindex)) {
            continue;
        }
        if (auto done = dataplane::remove_key(maps_.ports(), ifindex, "ports"); !done) {
            return done;
        }
    }
    return Done{};
}

} // namespace sipsteer::farm
