// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/slow_start.hpp"

#include "farm/plan/standing.hpp"

#include <algorithm>

namespace sipsteer::plan {

void SlowStart::update(const config::Config &config, const Observed &observed, Time now) {
    std::map<ServerId, Server> next;
    for (const auto &pool : config.pools) {
        for (const auto &configured : pool.servers) {
            const ServerId id{pool.name, configured.name};
            const auto known = servers_.find(id);
            Server server = known == servers_.end() ? Server{} : known->second;
            observe(server, pool, configured, observed, now);
            next.emplace(id, server);
        }
    }
    servers_ = std::move(next);
}

void SlowStart::observe(Server &server, const config::Pool &pool, const config::Server &configured,
                        const Observed &observed, Time now) {
    const Standing standing = standing_of(pool, configured, observed);
    if (standing != Standing::Serving) {
        server.was_away |= standing == Standing::Away || server.served;
        server.served = false;
        server.ramp.reset();
        return;
    }
    if (server.was_away) {
        server.ramp = Ramp{kFirstShare, now, now};
    }
    server.was_away = false;
    server.served = true;
    advance(server.ramp, pool.slow_start, now);
}

void SlowStart::advance(std::optional<Ramp> &ramp, std::chrono::nanoseconds whole, Time now) {
    if (!ramp) {
        return;
    }
    constexpr int kSteps = kWholeShare - kFirstShare;
    const auto elapsed = now - ramp->began;
    if (elapsed >= whole) {
        ramp.reset();
        return;
    }
    const auto step = elapsed * kSteps / whole; // 0 to kSteps - 1
    ramp->share = kFirstShare + static_cast<unsigned>(step);
    ramp->next = ramp->began + (whole * (step + 1) + std::chrono::nanoseconds(kSteps - 1)) / kSteps;
}

std::map<ServerId, unsigned> SlowStart::shares() const {
    std::map<ServerId, unsigned> shares;
    for (const auto &[id, server] : servers_) {
        if (server.ramp) {
            shares[id] = server.ramp->share;
        }
    }
    return shares;
}

std::optional<SlowStart::Time> SlowStart::next() const {
    std::optional<Time> first;
    for (const auto &[id, server] : servers_) {
        if (server.ramp) {
            first = first ? std::min(*first, server.ramp->next) : server.ramp->next;
        }
    }
    return first;
}

} // namespace sipsteer::plan
