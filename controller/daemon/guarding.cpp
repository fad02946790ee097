// SPDX-License-Identifier: Apache-2.0
#include "daemon/guarding.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

namespace {

using SteadyTime = std::chrono::steady_clock;
using WallClock = std::chrono::system_clock;

/// Between two slices of a long list, for all else.
constexpr std::chrono::milliseconds kSlicePause{5};

/// The wall clock may be set: no wait for an end of a ban is longer.
constexpr std::chrono::seconds kLongestWait{10};

/// Between two looks at who sends what is no message, and how many one look bans.
constexpr std::chrono::seconds kLookInterval{1};
constexpr std::size_t kMalformedBansAtOnce = 100;

constexpr std::size_t kEndsAtOnce = 1000; // bans, in one turn of the loop

/// After the file of bans was written it rests this many times as long as that took: 100,000 bans
/// are 20 MB.
constexpr int kSaveRest = 20;

} // namespace

Guarding::Guarding(boost::asio::io_context &io, farm::Guard &guard)
    : guard_(guard), slice_timer_(io), end_timer_(io), save_timer_(io), look_timer_(io),
      requests_(
          guard, [] { return WallClock::now(); },
          [this] {
              await_end();
              save_soon();
          }) {}

void Guarding::start() {
    end_bans();
    await_look();
}

void Guarding::go_on() {
    if (writing_ || guard_.due() == 0) {
        return;
    }
    writing_ = true;
    slice_timer_.expires_after(kSlicePause);
    slice_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        writing_ = false;
        if (!cancelled) {
            write_slice();
        }
    });
}

void Guarding::write_slice() {
    if (auto done = guard_.write(); !done) {
        log::error("guard_not_written", {{"problem", done.error().message}, {"due", guard_.due()}});
        return; // the next pass tries again
    }
    go_on();
}

void Guarding::await_end() {
    const auto next = guard_.bans().next();
    if (!next) {
        end_timer_.cancel();
        return;
    }
    const auto left = std::clamp<WallClock::duration>(*next - WallClock::now(),
                                                      WallClock::duration::zero(), kLongestWait);
    end_timer_.expires_after(left);
    end_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled) {
            end_bans();
        }
    });
}

void Guarding::end_bans() {
    const auto over = guard_.expire(WallClock::now(), kEndsAtOnce);
    for (const auto &ban : over) {
        log::info("ban_expired", {{"prefix", ban.prefix.to_string()},
                                  {"service", ban.service.empty() ? "all" : ban.service},
                                  {"by", ban.by},
                                  {"comment", ban.comment}});
    }
    if (!over.empty()) {
        save_soon();
    }
    await_end();
}

void Guarding::await_look() {
    look_timer_.expires_after(kLookInterval);
    look_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled) {
            look_for_malformed();
            await_look();
        }
    });
}

void Guarding::look_for_malformed() {
    plan::MalformedWatch::Limits limits;
    for (const auto &[service, limit] : guard_.malformed_limits()) {
        limits[service] = limit.per_minute;
    }
    using Counts = std::vector<plan::MalformedCount>;
    const auto counts = limits.empty() ? Result<Counts>(Counts()) : guard_.read_malformed();
    if (!counts) {
        log::warn("malformed_not_read", {{"problem", counts.error().message}});
        return;
    }
    for (const auto &beyond :
         malformed_.note(*counts, limits, SteadyTime::now(), kMalformedBansAtOnce)) {
        ban_malformed(beyond);
    }
}

/// A ban that is there already stays as it is: it may be for longer.
void Guarding::ban_malformed(const plan::MalformedCount &count) {
    const auto &limit = guard_.malformed_limits().at(count.service);
    const std::string service = guard_.scope_name(count.service);
    for (const std::string &of : {std::string(), service}) {
        if (guard_.bans().find({of, count.source}) != nullptr) {
            return;
        }
    }
    const auto made = requests_.ban({count.source, limit.time, service,
                                     std::to_string(count.packets) +
                                         " datagrams in a minute that are no message, more than " +
                                         std::to_string(limit.per_minute),
                                     "malformed_limit", "the data plane"});
    if (const auto *problem = std::get_if<http::Problem>(&made)) {
        log::warn("malformed_not_banned",
                  {{"prefix", count.source.to_string()}, {"problem", problem->detail}});
    }
}

/// At once, but not again and again: many bans in a row make one file.
void Guarding::save_soon() {
    unsaved_ = true;
    if (save_due_) {
        return;
    }
    if (SteadyTime::now() >= save_rest_until_) {
        save();
        return;
    }
    save_due_ = true;
    save_timer_.expires_at(save_rest_until_);
    save_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        save_due_ = false;
        if (!cancelled) {
            save();
        }
    });
}

void Guarding::save() {
    const auto begun = SteadyTime::now();
    guard_.save();
    const auto ended = SteadyTime::now();
    save_rest_until_ = ended + kSaveRest * (ended - begun);
    unsaved_ = guard_.is_unsaved();
}

void Guarding::note_pass() {
    if (unsaved_ && !save_due_) {
        save_soon();
    }
    go_on();
}

void Guarding::stop() {
    if (unsaved_) {
        save();
    }
}

} // namespace sipsteer::daemon
