// SPDX-License-Identifier: Apache-2.0
//
// The cluster: what this director tells the others, and what it hears.
#include "api/metrics/parts.hpp"

namespace sipsteer::metrics {

void add_cluster(const State &state, Families &families) {
    if (!state.cluster) {
        return;
    }
    const Cluster &cluster = *state.cluster;
    families.gauge("cluster_redis_connected", "1 if the director is connected to Redis.")
        .add({{"to", "tell"}}, cluster.tells)
        .add({{"to", "hear"}}, cluster.hears);
    families
        .gauge("cluster_caught_up",
               "1 if the director has read what Redis kept, and follows the stream.")
        .add({}, cluster.caught_up);
    families
        .gauge("cluster_calls_waiting",
               "Calls that the last pass could not tell: Redis is away, slow or full.")
        .add({}, cluster.waiting);
    families.gauge("cluster_calls_shared", "Calls of the table that the directors agree on.")
        .add({}, cluster.shared);
    families.counter("cluster_calls_sent_total", "Accounts of calls that Redis has taken.")
        .add({}, cluster.sent);
    families
        .counter("cluster_calls_lost_total",
                 "Accounts of calls that Redis did not take; a later pass tells them again.")
        .add({}, cluster.lost);
    auto received = families.counter("cluster_calls_received_total",
                                     "Accounts of calls by other directors, by result.");
    for (const auto &[result, count] : cluster.received) {
        received.add({{"result", result}}, count);
    }
    families
        .counter("cluster_malformed_batches_total",
                 "Entries of the stream that are not of its form.")
        .add({}, cluster.malformed);
    auto up = families.gauge("cluster_director_up", "1 if the other director was heard lately.");
    auto lag = families.gauge("cluster_director_lag_seconds",
                              "Time that the last batch of the other director took.");
    for (const auto &director : cluster.directors) {
        up.add({{"director", director.name}}, director.up);
        lag.add({{"director", director.name}}, director.lag);
    }
}

} // namespace sipsteer::metrics
