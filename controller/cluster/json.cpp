// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"
#include "config/choices.hpp"

namespace sipsteer::cluster {

namespace {

using nlohmann::json;

json link_json(const RedisLink &link) {
    return {{"connected", link.is_up()},
            {"address", link.address()},
            {"problem", link.is_up() ? json() : json(link.problem())}};
}

json peer_json(const std::string &name, const Peer &peer) {
    const auto silent = std::chrono::steady_clock::now() - peer.heard;
    return {{"name", name},
            {"here", peer.here},
            {"heard_seconds_ago", std::chrono::duration<double>(silent).count()},
            {"lag_seconds", peer.lag},
            {"calls_received", peer.calls},
            {"batches_missed", peer.missed},
            {"differs", peer.differs.empty() ? json() : json(peer.differs)}};
}

json received_json(const Received &received) {
    json outcomes{{"malformed_batches", received.malformed}, {"foreign", received.foreign}};
    for (std::size_t i = 0; i < kOutcomeWords.size(); i++) {
        outcomes[kOutcomeWords[i]] = received.outcomes[i];
    }
    return outcomes;
}

} // namespace

json to_json(const Cluster *cluster) {
    if (cluster == nullptr) {
        return {{"configured", false}};
    }
    json directors = json::array();
    for (const auto &[name, peer] : cluster->peers().all()) {
        directors.push_back(peer_json(name, peer));
    }
    const auto &counts = cluster->outbox().counts();
    return {{"configured", true},
            {"name", cluster->config().name},
            {"director", cluster->config().director},
            {"share", config::word(cluster->config().share)},
            {"caught_up", cluster->inbox().is_caught_up()},
            {"tell", link_json(cluster->outbox().link())},
            {"hear", link_json(cluster->inbox().link())},
            {"directors", std::move(directors)},
            {"calls_shared", cluster->walked().told},
            {"calls_waiting", cluster->walked().untold},
            {"sent", counts.sent},
            {"lost", counts.lost},
            {"under_way", cluster->outbox().under_way()},
            {"received", received_json(cluster->received())}};
}

} // namespace sipsteer::cluster
