// SPDX-License-Identifier: Apache-2.0
#include "daemon/farm.hpp"

#include "util/log.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sipsteer::daemon {

namespace {

bool has_calls(const calls::SweepTotals &totals, std::uint16_t index) {
    return std::any_of(totals.servers.begin(), totals.servers.end(), [&](const auto &server) {
        return server.server == index && server.live > 0;
    });
}

/// The names that `keep` does not want.
template <typename Keep>
std::vector<std::string> names_without(const plan::IndexSpace &space, Keep keep) {
    std::vector<std::string> names;
    for (const auto &[name, index] : space.all()) {
        if (!keep(name)) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace

Status Farm::reconcile(const config::Config &config, const plan::Observed &observed) {
    auto next = plan::make_plan(config, observed, indexes_, &plan_);
    if (!next) {
        return next.error();
    }
    if (written_ && *next == plan_) {
        return Done{};
    }
    written_ = false;
    if (auto done = writer_.apply(*next); !done) {
        return done;
    }
    plan_ = std::move(*next);
    written_ = true;
    return Done{};
}

std::map<plan::ServerId, Address> Farm::running() const {
    std::map<plan::ServerId, Address> running;
    for (const auto &server : plan_.servers) {
        if (server.value.flags & SS_SERVER_FORWARD) {
            running[server.id] = Address::from_bytes(std::to_array(server.value.address));
        }
    }
    return running;
}

bool Farm::planned(const std::string &server_name) const {
    return std::any_of(plan_.servers.begin(), plan_.servers.end(),
                       [&](const auto &server) { return server.id.name() == server_name; });
}

void Farm::release_unused(const calls::SweepTotals &totals) {
    std::erase_if(gone_, [&](const auto &entry) { return planned(entry.first); });
    const auto unplanned =
        names_without(indexes_.servers, [&](const auto &name) { return planned(name); });
    for (const auto &name : unplanned) {
        const auto index = *indexes_.servers.find(name);
        const auto [entry, fresh] = gone_.emplace(name, totals.pass);
        // The pass that just ended may have begun while the server still took calls.
        if (fresh || totals.pass == entry->second || has_calls(totals, index)) {
            continue;
        }
        if (auto done = writer_.release_server(index); !done) {
            log::warn("server_not_released", {{"server", name}, {"problem", done.error().message}});
            continue;
        }
        log::info("server_released", {{"server", name}, {"index", index}});
        indexes_.servers.release(name);
        gone_.erase(name);
    }
    release_pools_and_services();
}

void Farm::release_pools_and_services() {
    const auto pools = names_without(indexes_.pools, [&](const auto &pool) {
        const auto &servers = indexes_.servers.all();
        const auto of_pool = servers.lower_bound(pool + "/");
        const bool has_servers = of_pool != servers.end() && of_pool->first.starts_with(pool + "/");
        return has_servers ||
               std::any_of(plan_.pools.begin(), plan_.pools.end(),
                           [&](const auto &planned) { return planned.name == pool; });
    });
    for (const auto &pool : pools) {
        indexes_.pools.release(pool);
    }
    const auto services = names_without(indexes_.services, [&](const auto &name) {
        return std::any_of(plan_.services.begin(), plan_.services.end(),
                           [&](const auto &service) { return service.name == name; });
    });
    for (const auto &service : services) {
        if (auto done = writer_.release_service(*indexes_.services.find(service)); !done) {
            log::warn("service_not_released",
                      {{"service", service}, {"problem", done.error().message}});
            continue;
        }
        indexes_.services.release(service);
    }
}

std::optional<calls::ServerName> Farm::server_name(std::uint16_t index) const {
    for (const auto &server : plan_.servers) {
        if (server.index == index) {
            return calls::ServerName{server.id.pool, server.id.server};
        }
    }
    for (const auto &[name, known] : indexes_.servers.all()) {
        const auto slash = name.find('/');
        if (known == index && slash != std::string::npos) {
            return calls::ServerName{name.substr(0, slash), name.substr(slash + 1)};
        }
    }
    return std::nullopt;
}

} // namespace sipsteer::daemon
