// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/call_requests.hpp"
#include "base/result.hpp"
#include "calls/resizing.hpp"
#include "config/model.hpp"
#include "daemon/config_control.hpp"
#include "daemon/foundation.hpp"
#include "farm/call_alarm.hpp"
#include "farm/farm.hpp"
#include "farm/rehomes.hpp"
#include "farm/sweeping.hpp"
#include "http/aside.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "upkeep/keeper.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

namespace sipsteer::daemon {

/// What steers: the maps with the farm and the calls in them, the programs over them, the VIPs.
class Steering final : public api::CallSource {
public:
    /// `config` is the one in force at any time, and outlives this. `indexes` are those that an
    /// earlier run left. `on_pass` is called after every pass of the sweep, `on_move` when a
    /// program went to another interface.
    Steering(boost::asio::io_context &io, const config::Config &config, Foundation foundation,
             plan::Indexes indexes, std::function<void()> on_pass, std::function<void()> on_move);

    /// Maps first, then the programs, then the VIPs: no packet comes before there is an answer to
    /// it.
    Status go_live(plan::Observed observed);

    /// After a failed start. Maps, programs and VIPs that were there before stay, with their calls.
    void undo();

    /// Takes away VIPs, programs and maps. After an error a program may still steer.
    Status detach();

    /// Brings the maps to what the configuration and the observation say.
    Status reconcile(plan::Observed observed);

    /// Gives the call table the configured size; what could not be done is tried again by the next
    /// change and the next start.
    Warnings resize();

    /// How calls would move under `next`. Fails if that cannot be put in force.
    /// `next` outlives it.
    boost::asio::awaitable<Result<std::vector<plan::RingMove>>>
    preview(const config::Config &next, plan::Observed observed, http::Aside &aside);

    /// After a pass of the sweep.
    void note_pass();

    farm::World world() const override;
    api::Counted counted() const override;
    bool is_draining(const ServerId &server) const override;

    /// What clients of a pool, by its index, are asked to wait when no server can take their
    /// request.
    std::chrono::seconds retry_after(std::uint32_t pool) const;

    const dataplane::Maps &maps() const { return maps_; }
    const calls::Secret &secret() const { return map_options_.secret; }
    const std::vector<dataplane::Attachment> &attachments() const { return keeper_.attachments(); }
    const farm::Farm &farm() const { return farm_; }
    farm::Guard &guard() { return farm_.guard(); }
    const farm::Sweeping &sweeping() const { return sweeping_; }
    farm::Sweeping &sweeping() { return sweeping_; }
    const farm::Rehomes &rehomes() const { return rehomes_; }
    farm::Rehomes &rehomes() { return rehomes_; }
    const upkeep::Keeper &keeper() const { return keeper_; }
    upkeep::Keeper &keeper() { return keeper_; }

private:
    Status check(const config::Config &next) const;

    const config::Config &config_;
    std::vector<Fd> locks_;
    dataplane::MapOptions map_options_;
    dataplane::Maps maps_;
    farm::Farm farm_;
    upkeep::Keeper keeper_;
    farm::Sweeping sweeping_;
    calls::Resizing resizing_;
    farm::Rehomes rehomes_;
    farm::CallAlarm call_alarm_;
};

} // namespace sipsteer::daemon
