// SPDX-License-Identifier: Apache-2.0
#include "farm/sweeping.hpp"

#include "base/log.hpp"
#include "calls/clock.hpp"
#include "config/model.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

constexpr std::chrono::milliseconds kSweepSlicePeriod{100};

/// A slice takes about a millisecond at most: 0.05 us a bucket. A table for a million calls
/// is passed over in two seconds, one for 32 million in a minute.
constexpr std::size_t kLargestSlice = 16'384;
constexpr std::size_t kSlicesPerPass = 20;

/// A look for doubled entries goes to a place at random for every call, the sweep reads one bucket
/// after the other. Doubles are rare, so their pass may take four times as long.
constexpr std::size_t kDoublesShare = 4;

/// For calls of servers that were gone already when this run began: the defaults of a pool.
calls::StateLifetimes fallback_lifetimes() {
    const auto ticks = [](std::chrono::seconds time) {
        const auto nanoseconds = std::chrono::nanoseconds(time).count();
        return static_cast<std::uint16_t>((nanoseconds >> SS_TICK_SHIFT) + 1);
    };
    const config::Lifetimes defaults;
    calls::StateLifetimes lifetimes{};
    lifetimes[SS_CALL_EARLY] = ticks(defaults.early);
    lifetimes[SS_CALL_CONFIRMED] = ticks(defaults.confirmed);
    lifetimes[SS_CALL_CLOSING] = ticks(defaults.closing);
    lifetimes[SS_CALL_OTHER] = ticks(defaults.other);
    lifetimes[SS_CALL_SOURCE] = ticks(defaults.source);
    return lifetimes;
}

} // namespace

Sweeping::Sweeping(boost::asio::io_context &io, std::vector<calls::Segment> tables,
                   calls::Loads loads, std::function<void()> on_pass)
    : timer_(io), sweeper_(tables, loads), loads_(loads), doubles_(std::move(tables), loads),
      lifetimes_(fallback_lifetimes()), on_pass_(std::move(on_pass)) {}

void Sweeping::start() {
    arm();
}

void Sweeping::set_plan(const plan::Plan &plan, const std::vector<Leaving> &leaving) {
    for (const auto &server : plan.servers) {
        set_lifetimes(server.index, server.value.pool, plan);
    }
    for (const auto &server : leaving) {
        set_lifetimes(server.server, server.pool, plan);
    }
}

void Sweeping::set_lifetimes(std::uint16_t server, std::uint16_t pool, const plan::Plan &plan) {
    const auto found = std::find_if(plan.pools.begin(), plan.pools.end(),
                                    [&](const auto &p) { return p.index == pool; });
    if (found == plan.pools.end()) {
        return;
    }
    calls::StateLifetimes lifetimes{};
    std::copy(std::begin(found->value.lifetime), std::end(found->value.lifetime),
              lifetimes.begin());
    lifetimes_.set(server, lifetimes);
}

/// Counts that stay wrong are put right. Nobody has to do anything about it.
void Sweeping::repair() {
    for (const auto &correction : drift_.note_pass(totals(), loads_)) {
        log::debug("live_calls_corrected",
                   {{"index", correction.server}, {"by", correction.amount}});
    }
}

void Sweeping::remove_doubles(std::size_t buckets) {
    if (doubles_.slice(buckets, calls::now_tick()) && doubles_.removed() != doubles_told_) {
        log::debug("doubled_entries_removed", {{"entries", doubles_.removed() - doubles_told_}});
        doubles_told_ = doubles_.removed();
    }
}

void Sweeping::arm() {
    timer_.expires_after(kSweepSlicePeriod);
    timer_.async_wait([this](const boost::system::error_code &failed) {
        if (!failed) {
            slice();
            arm();
        }
    });
}

void Sweeping::slice() {
    const auto size =
        std::clamp<std::size_t>(sweeper_.buckets() / kSlicesPerPass, 1024, kLargestSlice);
    const auto begun = std::chrono::steady_clock::now();
    const bool passed = sweeper_.sweep_slice(size, calls::now_tick(), lifetimes_);
    remove_doubles(size / kDoublesShare);
    const auto ended = std::chrono::steady_clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(ended - begun);
    spent_ += took;
    time_ever_ += took;
    pass_begun_ = pass_begun_.value_or(begun);
    if (passed) {
        passed_at_ = ended;
        pass_duration_ =
            std::chrono::duration_cast<std::chrono::microseconds>(ended - *pass_begun_);
        pass_begun_.reset();
        pass_time_ = spent_;
        spent_ = std::chrono::microseconds(0);
        repair();
        on_pass_();
    }
}

} // namespace sipsteer::farm
