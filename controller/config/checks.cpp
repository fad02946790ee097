// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"

#include "config/api_checks.hpp"
#include "config/choices.hpp"
#include "config/cluster_rules.hpp"
#include "config/cursor.hpp"
#include "config/dscp_checks.hpp"
#include "config/duration.hpp"
#include "config/guard_checks.hpp"
#include "config/pairings.hpp"
#include "config/suggest.hpp"

#include <sipsteer/limits.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sipsteer::config {

namespace {

using Endpoint = std::pair<Address, std::uint16_t>;

std::string to_string(const Endpoint &endpoint) {
    return endpoint.first.to_string() + " port " + std::to_string(endpoint.second);
}

std::string quoted(const std::string &text) {
    return shown(nlohmann::json(text));
}

/// Where things were first seen, to complain about the second time.
template <typename Key>
class FirstSeen {
public:
    /// Remembers `path` for a new key; else the path of the first one.
    const std::string *seen_before(const Key &key, const std::string &path) {
        const auto [found, is_new] = first_.try_emplace(key, path);
        return is_new ? nullptr : &found->second;
    }

private:
    std::map<Key, std::string> first_;
};

/// Of a list of things with a `name`.
template <typename T>
void check_names(const std::vector<T> &things, const std::string &list, Errors &errors) {
    FirstSeen<std::string> names;
    for (std::size_t i = 0; i < things.size(); i++) {
        const std::string path = element_path(list, i);
        if (things[i].name.empty()) {
            continue; // missing or refused
        }
        if (const std::string *first = names.seen_before(things[i].name, path)) {
            errors.add(field_path(path, "name"),
                       quoted(things[i].name) + " is already the name of " + *first);
        }
    }
}

/// Of a list of things with an `address` and a `port`.
template <typename T>
void check_endpoints(const std::vector<T> &things, const std::string &list, Errors &errors) {
    FirstSeen<Endpoint> endpoints;
    for (std::size_t i = 0; i < things.size(); i++) {
        const std::string path = element_path(list, i);
        const Endpoint endpoint{things[i].address, things[i].port};
        if (endpoint.first.is_unspecified() || errors.has(field_path(path, "port"))) {
            continue; // missing or refused
        }
        if (const std::string *first = endpoints.seen_before(endpoint, path)) {
            errors.add(field_path(path, "address"),
                       to_string(endpoint) + " is already used by " + *first);
        }
    }
}

void check_probe(const Probe &probe, const std::string &path, Errors &errors) {
    const bool over_tcp = probe.type == ProbeType::Tcp || probe.type == ProbeType::TcpOptions;
    if (over_tcp && probe.path != ProbePath::Direct) {
        errors.add(field_path(path, "path"),
                   quoted(word(probe.path)) + " needs type " + quoted(word(ProbeType::Options)) +
                       ": a TCP connection uses the server's own address");
    }
    if (errors.has(field_path(path, "interval")) || errors.has(field_path(path, "timeout"))) {
        return;
    }
    if (probe.timeout > probe.interval) {
        errors.add(field_path(path, "timeout"), format_duration(probe.timeout) +
                                                    " is longer than the interval of " +
                                                    format_duration(probe.interval));
    }
}

void check_pools(const Config &config, Errors &errors) {
    check_names(config.pools, "pools", errors);
    for (std::size_t i = 0; i < config.pools.size(); i++) {
        const Pool &pool = config.pools[i];
        const std::string path = element_path("pools", i);
        check_probe(pool.probe, field_path(path, "probe"), errors);
        check_pairings(pool, path, errors);
        check_names(pool.servers, field_path(path, "servers"), errors);
        check_endpoints(pool.servers, field_path(path, "servers"), errors);
    }
}

/// Services name pools that are there. Not if the name of a pool is itself wrong: it might be
/// the one that is meant.
/// `name`, which stands in the field `pool` of the object at `path`.
void check_pool_name(const std::string &path, const std::string &name,
                     const std::vector<std::string> &names, Errors &errors) {
    const std::string field = field_path(path, "pool");
    if (!errors.full() && !errors.has(field) && !errors.has("pools") && !errors.has(path) &&
        std::find(names.begin(), names.end(), name) == names.end()) {
        errors.add(field, quoted(name) + " is not the name of a pool" + did_you_mean(name, names));
    }
}

void check_method_pools(const Service &service, const std::string &list,
                        const std::vector<std::string> &names, Errors &errors) {
    FirstSeen<std::uint8_t> methods;
    for (std::size_t i = 0; i < service.method_pools.size(); i++) {
        const std::string path = element_path(list, i);
        check_pool_name(path, service.method_pools[i].pool, names, errors);
        const std::string field = field_path(path, "method");
        if (errors.has(field)) {
            continue;
        }
        if (const std::string *first = methods.seen_before(service.method_pools[i].method, path)) {
            errors.add(field, "this method is already in " + *first);
        }
    }
}

void check_references(const Config &config, Errors &errors) {
    std::vector<std::string> names;
    for (const Pool &pool : config.pools) {
        if (pool.name.empty()) {
            return;
        }
        names.push_back(pool.name);
    }
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const std::string path = element_path("services", i);
        check_pool_name(path, config.services[i].pool, names, errors);
        check_method_pools(config.services[i], field_path(path, "method_pools"), names, errors);
    }
}

/// A VIP is no server's next hop: all servers have it, and the director may.
void check_vips_against_next_hops(const Config &config, Errors &errors) {
    std::set<Address> vips;
    for (const Service &service : config.services) {
        vips.insert(service.address);
    }
    for (std::size_t p = 0; p < config.pools.size(); p++) {
        const std::string list = field_path(element_path("pools", p), "servers");
        for (std::size_t s = 0; s < config.pools[p].servers.size(); s++) {
            const auto &next_hop = config.pools[p].servers[s].next_hop;
            if (next_hop && !next_hop->is_unspecified() && vips.contains(*next_hop)) {
                errors.add(field_path(element_path(list, s), "next_hop"),
                           next_hop->to_string() +
                               " is the address of a service, which cannot be a next hop");
            }
        }
    }
}

/// A VIP is no server's address: the director would resolve the server's MAC by an address that
/// all servers have, or that it has itself, and probe it there.
void check_vips_against_servers(const Config &config, Errors &errors) {
    std::map<Address, std::string> servers;
    for (std::size_t p = 0; p < config.pools.size(); p++) {
        const std::string list = field_path(element_path("pools", p), "servers");
        for (std::size_t s = 0; s < config.pools[p].servers.size(); s++) {
            servers.try_emplace(config.pools[p].servers[s].address, element_path(list, s));
        }
    }
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const Address &vip = config.services[i].address;
        const auto server = servers.find(vip);
        if (!vip.is_unspecified() && server != servers.end()) {
            errors.add(field_path(element_path("services", i), "address"),
                       vip.to_string() + " is also the address of " + server->second +
                           "; a server needs its own address for ARP and probes");
        }
    }
}

/// One address is put on one interface only.
void check_vip_interfaces(const Config &config, Errors &errors) {
    std::map<Address, std::size_t> first;
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const Service &service = config.services[i];
        const std::string path = field_path(element_path("services", i), "vip_interface");
        if (!service.vip_interface || service.address.is_unspecified() || errors.has(path)) {
            continue;
        }
        const auto [found, is_new] = first.try_emplace(service.address, i);
        const auto &other = config.services[found->second].vip_interface;
        if (!is_new && *other != *service.vip_interface) {
            errors.add(path, service.address.to_string() + " is already on " + quoted(*other) +
                                 " because of " + element_path("services", found->second) +
                                 "; a VIP can be on only one interface");
        }
    }
}

/// The services map also holds a marker for each VIP (sipsteer/service.h).
void check_services_fit(const Config &config, Errors &errors) {
    std::set<Address> vips;
    for (const Service &service : config.services) {
        vips.insert(service.address);
    }
    const std::size_t count = config.services.size();
    if (!errors.has("services") && count + vips.size() > SS_MAX_SERVICES) {
        errors.add("services", std::to_string(count) + " services on " +
                                   std::to_string(vips.size()) + " addresses; at most " +
                                   std::to_string(SS_MAX_SERVICES) +
                                   " are supported, services and addresses together");
    }
}

/// A user without a password is none to Redis, and one address twice is a mistake.
void check_cluster(const Cluster &cluster, Errors &errors) {
    if (cluster.redis.user && !cluster.redis.password_file &&
        !errors.has("cluster.redis.password_file")) {
        errors.add("cluster.redis.password_file",
                   "missing: user " + quoted(*cluster.redis.user) + " needs a password");
    }
    FirstSeen<std::string> addresses;
    for (std::size_t i = 0; i < cluster.redis.addresses.size(); i++) {
        const std::string path = element_path("cluster.redis.addresses", i);
        const RedisAddress &address = cluster.redis.addresses[i];
        if (address == RedisAddress{} || errors.has(path)) {
            continue; // refused
        }
        const std::string text = RedisAddressList::to_text(address);
        if (const std::string *first = addresses.seen_before(text, path)) {
            errors.add(path, quoted(text) + " is already " + *first);
        }
    }
}

} // namespace

void check_whole(const Config &config, Errors &errors) {
    check_names(config.interfaces, "interfaces", errors);
    check_api(config.api, errors);
    check_names(config.vlan_tags, "vlan_tags", errors);
    check_names(config.directors, "directors", errors);
    check_pools(config, errors);
    check_names(config.services, "services", errors);
    check_endpoints(config.services, "services", errors);
    check_references(config, errors);
    check_vips_against_servers(config, errors);
    check_vips_against_next_hops(config, errors);
    check_vip_interfaces(config, errors);
    check_services_fit(config, errors);
    check_dscp(config, errors);
    check_guards(config, errors);
    if (config.cluster) {
        check_cluster(*config.cluster, errors);
    }
}

} // namespace sipsteer::config
