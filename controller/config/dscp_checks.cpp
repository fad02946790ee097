// SPDX-License-Identifier: Apache-2.0
#include "config/dscp_checks.hpp"

#include "config/choices.hpp"
#include "config/cursor.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sipsteer::config {

namespace {

std::string in_quotes(const std::string &text) {
    return '"' + text + '"';
}

const std::string kForward = in_quotes(word(Forward::Dscp));

bool uses(const Service &service, const Pool &pool) {
    const auto &methods = service.method_pools;
    return service.pool == pool.name ||
           std::any_of(methods.begin(), methods.end(),
                       [&](const MethodPool &method) { return method.pool == pool.name; });
}

/// The server's address takes the VIP's place in the IP header: it has to fit there.
void check_families(const Service &service, const Pool &pool, const std::string &path,
                    Errors &errors) {
    for (std::size_t i = 0; i < pool.servers.size(); i++) {
        const auto &server = pool.servers[i];
        const auto field = field_path(element_path(field_path(path, "servers"), i), "address");
        if (!server.address.is_unspecified() && !errors.has(field) &&
            server.address.is_ipv4() != service.address.is_ipv4()) {
            errors.add(field, server.address.to_string() + " takes the place of the VIP " +
                                  service.address.to_string() + " of service " +
                                  in_quotes(service.name) + " with forward " + kForward +
                                  ", so both must be IPv4 or both IPv6");
        }
    }
}

void check_pool(const Config &config, std::size_t index, Errors &errors) {
    const Pool &pool = config.pools[index];
    const std::string path = element_path("pools", index);
    const std::string probe = field_path(field_path(path, "probe"), "path");
    if (pool.probe.path != ProbePath::Direct && !errors.has(probe)) {
        errors.add(probe, in_quotes(word(pool.probe.path)) + " needs forward " +
                              in_quotes(word(Forward::L2)) + ": with " + kForward +
                              " no frame with the VIP goes to a server");
    }
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const Service &service = config.services[i];
        const std::string field = field_path(element_path("services", i), "dscp");
        if (!uses(service, pool) || service.address.is_unspecified()) {
            continue;
        }
        if (!service.dscp && !errors.has(field)) {
            errors.add(field, "required, because pool " + in_quotes(pool.name) + " has forward " +
                                  kForward);
        }
        check_families(service, pool, path, errors);
    }
}

/// One code for each VIP of a family, one VIP for each code: servers know it by that alone.
void check_codes(const Config &config, Errors &errors) {
    std::map<Address, std::size_t> first_of_vip;
    std::map<std::pair<bool, std::uint8_t>, std::size_t> first_of_code;
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const Service &service = config.services[i];
        const std::string field = field_path(element_path("services", i), "dscp");
        if (service.address.is_unspecified() || errors.has(field)) {
            continue;
        }
        const auto vip = first_of_vip.try_emplace(service.address, i).first->second;
        if (config.services[vip].dscp != service.dscp) {
            errors.add(field, "must be that of " + element_path("services", vip) +
                                  ", which has the same address");
            continue;
        }
        if (!service.dscp) {
            continue;
        }
        const auto code =
            first_of_code.try_emplace({service.address.is_ipv4(), *service.dscp}, i).first->second;
        if (config.services[code].address != service.address) {
            errors.add(field, std::to_string(*service.dscp) + " already stands for " +
                                  config.services[code].address.to_string() + " because of " +
                                  element_path("services", code));
        }
    }
}

/// The way to an address is looked up once: by a router, or on a segment.
void check_ways(const Config &config, Errors &errors) {
    std::map<Address, std::pair<Forward, std::string>> first;
    for (std::size_t p = 0; p < config.pools.size(); p++) {
        const Pool &pool = config.pools[p];
        const std::string list = field_path(element_path("pools", p), "servers");
        for (std::size_t s = 0; s < pool.servers.size(); s++) {
            const Address &hop = pool.servers[s].hop_address();
            const std::string path = element_path(list, s);
            if (hop.is_unspecified()) {
                continue;
            }
            const auto known = first.try_emplace(hop, pool.forward, path).first->second;
            if (known.first != pool.forward && !errors.has(field_path(path, "address"))) {
                errors.add(field_path(path, "address"),
                           hop.to_string() + " is reached with forward " +
                               in_quotes(word(pool.forward)) + " here and with " +
                               in_quotes(word(known.first)) + " as " + known.second);
            }
        }
    }
}

} // namespace

void check_dscp(const Config &config, Errors &errors) {
    for (std::size_t i = 0; i < config.pools.size(); i++) {
        if (config.pools[i].forward == Forward::Dscp) {
            check_pool(config, i, errors);
        }
    }
    check_codes(config, errors);
    check_ways(config, errors);
}

} // namespace sipsteer::config
