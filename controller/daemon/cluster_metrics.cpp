// SPDX-License-Identifier: Apache-2.0
#include "daemon/cluster_metrics.hpp"

namespace sipsteer::daemon {

std::optional<metrics::Cluster> cluster_metrics(const cluster::Cluster *cluster) {
    if (cluster == nullptr) {
        return std::nullopt;
    }
    metrics::Cluster state;
    state.tells = cluster->outbox().link().is_up();
    state.hears = cluster->inbox().link().is_up();
    state.caught_up = cluster->inbox().is_caught_up();
    state.shared = cluster->walked().told;
    state.waiting = cluster->walked().untold;
    state.sent = cluster->outbox().counts().sent;
    state.lost = cluster->outbox().counts().lost;
    const auto &received = cluster->received();
    state.malformed = received.malformed;
    state.received["foreign"] = received.foreign;
    for (std::size_t i = 0; i < cluster::kOutcomeWords.size(); i++) {
        state.received[cluster::kOutcomeWords[i]] = received.outcomes[i];
    }
    for (const auto &[name, peer] : cluster->peers().all()) {
        state.directors.push_back({name, peer.here, peer.lag});
    }
    return state;
}

} // namespace sipsteer::daemon
