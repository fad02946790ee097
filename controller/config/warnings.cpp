// SPDX-License-Identifier: Apache-2.0
#include "config/warnings.hpp"

#include "config/choices.hpp"
#include "config/cursor.hpp"
#include "config/guard_checks.hpp"

#include <algorithm>
#include <map>

namespace sipsteer::config {

namespace {

/// INVITE, and what follows it with the same Call-ID in every call (RFC 3261, 3262, 3311).
constexpr std::uint8_t kOfACall[] = {SS_METHOD_ACK, SS_METHOD_BYE, SS_METHOD_CANCEL,
                                     SS_METHOD_PRACK, SS_METHOD_UPDATE};

/// What comes in the dialog of a call, too, besides what it is for (RFC 3515, 2.4.4; RFC 6665).
constexpr std::uint8_t kInACall[] = {SS_METHOD_NOTIFY, SS_METHOD_SUBSCRIBE, SS_METHOD_REFER,
                                     SS_METHOD_INFO, SS_METHOD_MESSAGE};

const std::string &pool_of(const Service &service, std::uint8_t method) {
    const auto found =
        std::find_if(service.method_pools.begin(), service.method_pools.end(),
                     [&](const MethodPool &entry) { return entry.method == method; });
    return found == service.method_pools.end() ? service.pool : found->pool;
}

/// Those of the methods that another pool takes than INVITE's, in words.
template <typename Methods>
std::string elsewhere(const Service &service, const Methods &methods) {
    std::string others;
    for (const auto method : methods) {
        if (pool_of(service, method) != pool_of(service, SS_METHOD_INVITE)) {
            others += std::string(others.empty() ? "" : ", ") + word_of<RequestMethod>(method);
        }
    }
    return others;
}

/// Whether the data plane can tell what belongs to a dialog of the pool: its call table has calls
/// by the Call-ID.
bool knows_dialogs(const Config &config, const std::string &pool) {
    const auto found = std::find_if(config.pools.begin(), config.pools.end(),
                                    [&](const Pool &one) { return one.name == pool; });
    return found == config.pools.end() ||
           (found->mode == PoolMode::Stateful && found->key != Key::CallIdAndVia);
}

void warn_of_methods(const Config &config, std::size_t i, std::vector<FieldError> &warnings) {
    const Service &service = config.services[i];
    const auto &invites = pool_of(service, SS_METHOD_INVITE);
    const auto others = elsewhere(service, kOfACall);
    const auto inside = elsewhere(service, kInACall);
    const auto path = field_path(element_path("services", i), "method_pools");
    if (!inside.empty() && !knows_dialogs(config, invites)) {
        warnings.push_back({path, "INVITE goes to pool \"" + invites +
                                      "\", which does not know its dialogs by the Call-ID; " +
                                      inside + " of a dialog in it go to another pool"});
    }
    if (!others.empty()) {
        warnings.push_back({path, "INVITE goes to pool \"" + invites +
                                      "\", but other methods of a call do not: " + others +
                                      "; the messages of one call reach two servers"});
    }
}

/// Limits on new calls, and who may begin one, ask the call table what is new.
void warn_of_limits(const Config &config, std::size_t i, std::vector<FieldError> &warnings) {
    const Service &service = config.services[i];
    const auto &limits = service.new_call_limits;
    const bool limited = limits.per_address.per_minute != 0 || limits.per_network.per_minute != 0 ||
                         limits.known_address.per_minute != 0;
    const auto pool = std::find_if(config.pools.begin(), config.pools.end(),
                                   [&](const Pool &one) { return one.name == service.pool; });
    if (pool == config.pools.end() || pool->mode != PoolMode::Stateless) {
        return;
    }
    const std::string path = element_path("services", i);
    const std::string stateless =
        "pool \"" + service.pool + "\" is stateless and knows no new calls; nothing is ";
    if (limited) {
        warnings.push_back({field_path(path, "new_call_limits"), stateless + "limited"});
    }
    const std::string guard = field_path(path, "guard");
    if (service.guard.stealth || !service.guard.methods.empty()) {
        warnings.push_back({field_path(guard, service.guard.stealth ? "stealth" : "methods"),
                            stateless + "refused"});
    }
    if (!service.guard.user_agents.empty()) {
        warnings.push_back({field_path(guard, "user_agents"), stateless + "dropped"});
    }
}

void warn_of_weights(const Pool &pool, const std::string &path, std::vector<FieldError> &warnings) {
    if (!pool.servers.empty() &&
        std::all_of(pool.servers.begin(), pool.servers.end(),
                    [](const Server &server) { return server.weight == 0; })) {
        warnings.push_back({field_path(path, "servers"),
                            "every server has weight 0; the pool takes no new calls"});
    }
}

/// A phone behind a NAT may write its public address into Via once it knows it (RFC 3581). In a
/// stateful pool the ring stands that, for it goes by the source address; nothing else does.
void warn_of_senders(const Pool &pool, const std::string &path, std::vector<FieldError> &warnings) {
    const bool stands = pool.mode == PoolMode::Stateful && pool.scheduler == Scheduler::Hash;
    if (pool.key == Key::CallIdAndVia && !stands) {
        warnings.push_back({field_path(path, "key"),
                            "a phone behind a NAT may change its Via within a call, and then "
                            "reach another server; mode \"stateful\" with scheduler \"hash\" "
                            "keeps it"});
    }
}

/// A frame for a server has the port of the service, so the port of the server tells no two apart.
void warn_of_hosts(const Pool &pool, const std::string &path, std::vector<FieldError> &warnings) {
    std::map<Address, std::size_t> first;
    for (std::size_t i = 0; i < pool.servers.size(); i++) {
        const auto [known, is_new] = first.try_emplace(pool.servers[i].address, i);
        if (!is_new) {
            const auto list = field_path(path, "servers");
            warnings.push_back({field_path(element_path(list, i), "address"),
                                "is also the address of " + element_path(list, known->second) +
                                    "; calls of both reach one host, at the port of the service"});
        }
    }
}

void warn_of_interfaces(const Config &config, std::vector<FieldError> &warnings) {
    for (std::size_t i = 0; i < config.interfaces.size(); i++) {
        if (config.interfaces[i].name == "lo") {
            warnings.push_back({field_path(element_path("interfaces", i), "name"),
                                "no packet of a client arrives on lo"});
        }
    }
}

} // namespace

std::vector<FieldError> warnings_about(const Config &config) {
    std::vector<FieldError> warnings;
    warn_of_interfaces(config, warnings);
    warn_of_guards(config, warnings);
    for (std::size_t i = 0; i < config.services.size(); i++) {
        warn_of_methods(config, i, warnings);
        warn_of_limits(config, i, warnings);
    }
    for (std::size_t i = 0; i < config.pools.size(); i++) {
        const auto path = element_path("pools", i);
        warn_of_weights(config.pools[i], path, warnings);
        warn_of_hosts(config.pools[i], path, warnings);
        warn_of_senders(config.pools[i], path, warnings);
    }
    return warnings;
}

} // namespace sipsteer::config
