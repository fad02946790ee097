// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/guard_requests.hpp"
#include "farm/guard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace sipsteer::daemon {

/// What time does to the guard: slices of a long list, bans of those who send what is no message,
/// the ends of bans, the file of bans.
class Guarding {
public:
    /// `guard` outlives this.
    Guarding(boost::asio::io_context &io, farm::Guard &guard);

    /// The lists may have changed: goes on with what is due.
    void go_on();

    /// Ends the bans whose time was over at the start, and waits for the others.
    void start();

    /// Tries again what could not be saved.
    void note_pass();

    /// Saves what is not saved yet.
    void stop();

    api::GuardOperations &requests() { return requests_; }

private:
    void write_slice();
    void await_end();
    void end_bans();
    void await_look();
    void look_for_malformed();
    void ban_malformed(const plan::MalformedCount &count);
    void save_soon();
    void save();

    farm::Guard &guard_;
    boost::asio::steady_timer slice_timer_;
    boost::asio::steady_timer end_timer_;
    boost::asio::steady_timer save_timer_;
    boost::asio::steady_timer look_timer_;
    plan::MalformedWatch malformed_;
    bool writing_ = false;
    bool unsaved_ = false;
    bool save_due_ = false; // save_timer_ runs
    std::chrono::steady_clock::time_point save_rest_until_{};
    api::GuardRequests requests_;
};

} // namespace sipsteer::daemon
