// SPDX-License-Identifier: Apache-2.0
//
// The reconciler: configuration and what is observed -> plan -> the maps.
#pragma once

#include "calls/json.hpp"
#include "calls/sweeper.hpp"
#include "config/model.hpp"
#include "farm/drain_file.hpp"
#include "farm/farm_log.hpp"
#include "farm/guard.hpp"
#include "farm/plan/drains.hpp"
#include "farm/plan/gone.hpp"
#include "farm/plan/plan.hpp"
#include "farm/plan/ring_moves.hpp"
#include "farm/plan/slow_start.hpp"
#include "farm/restore.hpp"
#include "farm/writer.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::farm {

/// A server that is not planned any more: its calls keep its pool's lifetimes.
struct Leaving {
    std::uint16_t server = 0; // index
    std::uint16_t pool = 0;   // index
};

/// What a preview is made of: copies, so that another thread may make it.
struct PreviewInput {
    std::shared_ptr<const plan::Plan> in_force;
    plan::Observed observed;
    plan::Drains drains;
    plan::Indexes indexes;
};

/// A plan that nobody puts in force, and how calls would move.
struct Preview {
    plan::Plan plan;
    std::vector<plan::RingMove> moves;
};

/// The plan that Farm::reconcile() would put in force. Servers that are not in the plan yet, or
/// have another address there, count as up, with a next hop. Pure.
Result<Preview> make_preview(const config::Config &config, PreviewInput input);

class Farm {
public:
    using Time = std::chrono::steady_clock::time_point;

    Farm(const dataplane::Maps &maps, plan::Indexes indexes, const std::string &state_dir)
        : writer_(maps), guard_(maps, state_dir), indexes_(std::move(indexes)),
          drain_file_(state_dir), drains_(drain_file_.load()) {}

    /// Brings the maps to what configuration and observation say. If no plan can be made, nothing
    /// is changed; if it cannot be written whole, the next call writes the rest. What slow start
    /// and drains add to the observation is worked out here.
    Status reconcile(const config::Config &config, plan::Observed observed);

    /// The next reconcile() writes everything: the kernel may have changed a map by itself.
    void distrust() { written_ = false; }

    /// What make_preview() needs.
    PreviewInput preview_input(plan::Observed observed) const;

    /// The next reconcile() takes the rings of this plan if it needs the same.
    void keep_preview(plan::Plan plan) { previewed_ = std::move(plan); }

    /// Whose packets are taken.
    Guard &guard() { return guard_; }
    const Guard &guard() const { return guard_; }

    /// When to reconcile though nothing else changes: a share grows, a deadline passes.
    std::optional<Time> next_change() const;

    /// In force; empty before the first reconcile().
    const plan::Plan &plan() const { return *plan_; }
    std::shared_ptr<const plan::Plan> shared_plan() const { return plan_; }

    /// Whether the maps hold plan() whole.
    bool written() const { return written_; }

    /// The servers that calls are forwarded to, and where.
    std::map<ServerId, Address> running() const;

    /// After a pass of the sweep: gives up the indexes of servers that are gone and that no call
    /// names any more, and says which drains are done.
    void note_pass(const calls::SweepTotals &totals);

    const plan::Drains &drains() const { return drains_; }

    /// Servers that are not planned any more but keep their index, if their pool is still there.
    std::vector<Leaving> leaving() const;

    /// Of a server that is no longer configured, too, while calls name it.
    std::optional<calls::ServerName> server_name(std::uint16_t index) const;

    /// The index of a planned server, by its name: "POOL/SERVER".
    std::optional<std::uint16_t> server_index(const std::string &name) const;

    /// Of what is planned, by index; empty: nothing has that index.
    std::string pool_name(std::uint16_t index) const;
    std::string service_name(std::uint16_t index) const;

    /// Whether every pool knows its calls by the Call-ID alone.
    bool goes_by_call_id() const;

private:
    struct Timed {
        plan::Drains drains;
        plan::SlowStart slow_start;
        std::vector<plan::DrainNote> notes;
    };

    void commit(Timed timed, const config::Config &config, Time now);
    void release_servers(const calls::SweepTotals &totals);
    void release_pools_and_services();
    void note_drains();
    std::uint64_t drain_calls_left(const ServerId &id) const;

    Status put_in_force(plan::Plan next);

    farm::Writer writer_;
    Guard guard_;
    plan::Indexes indexes_;
    std::shared_ptr<const plan::Plan> plan_ = std::make_shared<const plan::Plan>();
    std::optional<plan::Plan> previewed_;
    bool written_ = false; // the maps hold plan_, and nothing else
    plan::Gone gone_;
    DrainFile drain_file_;
    plan::Drains drains_;
    std::vector<calls::ServerCalls> counted_; // by the last pass
    plan::SlowStart slow_start_;
    PoolLog pool_log_;
};

} // namespace sipsteer::farm
