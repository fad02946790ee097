// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace sipsteer::http {

/// Warns of what clients may do any number of times: of the first at once, then of those of a
/// minute in one line.
class Alarm {
public:
    explicit Alarm(std::string event) : event_(std::move(event)) {}

    using Clock = std::chrono::steady_clock;

    /// Whether a line was written.
    bool note(const std::string &client, const std::string &problem, Clock::time_point now);

private:
    std::string event_; // of the log
    Clock::time_point quiet_until_{};
    std::uint64_t count_ = 0; // since the last line
};

} // namespace sipsteer::http
