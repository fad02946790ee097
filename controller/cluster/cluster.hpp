// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/engine_clock.hpp"
#include "cluster/inbox.hpp"
#include "cluster/ledger.hpp"
#include "cluster/outbox.hpp"
#include "cluster/peers.hpp"
#include "cluster/placing.hpp"
#include "cluster/walk.hpp"
#include "config/model.hpp"
#include "farm/world.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sipsteer::cluster {

/// What came from the engine.
struct Received {
    OutcomeCounts outcomes{};
    std::uint64_t malformed = 0; // batches that are none
    std::uint64_t foreign = 0;   // accounts by another secret, or for a table of another size
};

/// This director's part in its cluster: tells the others of its calls, and takes their accounts.
/// All of it is the event loop's; nothing waits for the engine.
class Cluster {
public:
    /// `source` outlives this.
    Cluster(boost::asio::io_context &io, const config::Cluster &config,
            const farm::WorldSource &source);

    void start();

    const config::Cluster &config() const { return config_; }
    const Outbox &outbox() const { return outbox_; }
    const Inbox &inbox() const { return inbox_; }
    const Peers &peers() const { return peers_; }
    const Received &received() const { return received_; }
    const WalkTotals &walked() const { return walk_.totals(); }

private:
    void arm_walk();
    void walk();
    void arm_beat();
    void beat();
    void follow_table(const farm::World &world);
    void take(std::string_view text);
    void take_calls(const Batch &batch, const farm::World &world);
    void take_own(const Batch &batch);
    void note_peer(const Batch &batch, const std::string &differs);
    std::string difference(const Batch &batch, const farm::World &world) const;
    void warn_of_pool(const Batch &batch, const SharedCall &call);

    config::Cluster config_;
    const farm::WorldSource &source_;
    std::uint64_t run_;
    boost::asio::steady_timer walk_timer_;
    boost::asio::steady_timer beat_timer_;
    EngineClock clock_;
    Ledger ledger_;
    Walk walk_;
    Peers peers_;
    Received received_;
    std::set<std::pair<std::string, std::string>> pools_warned_; // director and pool
    bool name_warned_ = false;
    Inbox inbox_;
    Outbox outbox_;
};

/// {"configured": true, "name": ..., ...} for GET /v1/cluster; null: there is no cluster.
nlohmann::json to_json(const Cluster *cluster);

} // namespace sipsteer::cluster
