// SPDX-License-Identifier: Apache-2.0
//
// The reconciler: configuration and what is observed -> plan -> the maps.
#pragma once

#include "calls/json.hpp"
#include "calls/sweeper.hpp"
#include "config/model.hpp"
#include "dataplane/restore.hpp"
#include "dataplane/writer.hpp"
#include "plan/plan.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sipsteer::daemon {

class Farm {
public:
    Farm(const dataplane::Maps &maps, plan::Indexes indexes)
        : writer_(maps), indexes_(std::move(indexes)) {}

    /// Brings the maps to what configuration and observation say. If no plan can be made, nothing
    /// is changed; if it cannot be written whole, the next call writes the rest.
    Status reconcile(const config::Config &config, const plan::Observed &observed);

    /// In force; empty before the first reconcile().
    const plan::Plan &plan() const { return plan_; }

    /// The servers that calls are forwarded to, and where.
    std::map<plan::ServerId, Address> running() const;

    /// After a pass of the sweep: gives up the indexes of servers that are gone and that no call
    /// names any more.
    void release_unused(const calls::SweepTotals &totals);

    /// Of a server that is no longer configured, too, while calls name it.
    std::optional<calls::ServerName> server_name(std::uint16_t index) const;

private:
    bool planned(const std::string &server_name) const;
    void release_pools_and_services();

    dataplane::Writer writer_;
    plan::Indexes indexes_;
    plan::Plan plan_;
    bool written_ = false;                      // the maps hold plan_, and nothing else
    std::map<std::string, std::uint64_t> gone_; // servers to be released: pass they were seen gone
};

} // namespace sipsteer::daemon
