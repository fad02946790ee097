// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "farm/health_log.hpp"
#include "farm/plan/plan.hpp"
#include "farm/watched.hpp"
#include "health/prober.hpp"
#include "kernel/netlink/neighbours.hpp"
#include "kernel/netlink/own_links.hpp"

#include <boost/asio/io_context.hpp>
#include <functional>

namespace sipsteer::daemon {

/// What is seen of the servers: their next hops, by netlink, and their health, by probes. And what
/// is seen of this host: its interfaces.
class Watching {
public:
    /// `config` is the one in force at any time, and outlives this. `running` and `idle` are the
    /// servers that an earlier run left. `on_change` is called when something else is seen.
    Watching(boost::asio::io_context &io, const config::Config &config, farm::Running running,
             farm::Idle idle, const std::function<void()> &on_change);

    Status start();

    /// Goes by the configuration, which is new. `running`: the servers that calls are forwarded to.
    void renew(farm::Running running);

    /// After a restart the kernel may have to ask for a server's MAC again. Until it knows, the
    /// server would be taken for gone and its calls for homeless: waits, but not for ever.
    void wait_for_next_hops();

    plan::Observed observed() const;

    const std::map<Address, NextHop> &next_hops() const { return neighbours_.next_hops(); }
    std::map<ServerId, health::TargetResult> probes() const { return prober_.results(); }

private:
    void watch();

    boost::asio::io_context &io_;
    const config::Config &config_;
    farm::Running running_; // at the start or before a reload
    farm::Idle idle_;       // at the start alone
    farm::HealthLog health_log_;
    Neighbours neighbours_;
    OwnLinks own_links_;
    health::Prober prober_;
};

} // namespace sipsteer::daemon
