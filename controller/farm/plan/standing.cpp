// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/standing.hpp"

namespace sipsteer::plan {

namespace {

Health health_of(const config::Pool &pool, const ServerId &id, const Observed &observed) {
    if (pool.probe.type == config::ProbeType::None) {
        return Health::Up;
    }
    const auto health = observed.health.find(id);
    return health == observed.health.end() ? Health::Unknown : health->second;
}

} // namespace

const NextHop *resolved(const Observed &observed, const Address &address) {
    const auto found = observed.next_hops.find(address);
    return found != observed.next_hops.end() && found->second.resolved ? &found->second : nullptr;
}

Standing standing_of(const config::Pool &pool, const config::Server &server,
                     const Observed &observed) {
    const ServerId id{pool.name, server.name};
    const Health health = health_of(pool, id, observed);
    const bool drained =
        server.admin == config::Admin::Draining && observed.drains_over.count(id) != 0;
    if (server.admin == config::Admin::Disabled || drained || health == Health::Down) {
        return Standing::Away;
    }
    if (health == Health::Unknown || resolved(observed, server.hop_address()) == nullptr) {
        return Standing::Unclear;
    }
    return Standing::Serving;
}

} // namespace sipsteer::plan
