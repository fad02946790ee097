// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <initializer_list>

namespace sipsteer::cli {

/// While it lives, these signals do not end the program: a descriptor tells of them.
class Signals {
public:
    explicit Signals(std::initializer_list<int> which);
    ~Signals();
    Signals(const Signals &) = delete;
    Signals &operator=(const Signals &) = delete;

    /// Readable when one has come.
    int fd() const { return fd_.get(); }

    /// Forgets one; false: none has come.
    bool take() const;

    /// Waits for one, so long at most; false: none has come.
    bool wait(std::chrono::milliseconds longest) const;

private:
    sigset_t before_{};
    Fd fd_;
};

/// Waits for descriptors, up to a deadline and with an ear for signals.
class Waiting {
public:
    using Clock = std::chrono::steady_clock;

    /// `on_signal` is called when one of the signals has come; true: wait on. `signals` may be
    /// null.
    Waiting(Clock::duration longest, const Signals *signals, std::function<bool()> on_signal)
        : until_(Clock::now() + longest), signals_(signals), on_signal_(std::move(on_signal)) {}

    /// From now on, so long.
    void set(Clock::duration longest) { until_ = Clock::now() + longest; }

    /// Until one of the poll(2) events; an error at the deadline or a signal.
    Status wait(int fd, short events);

    /// Does not wait; an error once a signal has ended it all.
    Status look();

private:
    Clock::time_point until_;
    const Signals *signals_;
    std::function<bool()> on_signal_;
    bool over_ = false;
};

} // namespace sipsteer::cli
