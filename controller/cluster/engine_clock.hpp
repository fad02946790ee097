// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/clock.hpp"
#include "cluster/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sipsteer::cluster {

/// The engine's clock, between two times that it has told.
class EngineClock {
public:
    using Steady = std::chrono::steady_clock;

    /// The engine says that it is now `ms` since 1970.
    void set(std::uint64_t ms) { offset_ = static_cast<std::int64_t>(ms) - local(); }

    bool is_known() const { return offset_.has_value(); }

    Moment now() const {
        return {static_cast<std::uint64_t>(local() + offset_.value_or(0)), calls::now_tick()};
    }

private:
    static std::int64_t local() {
        const auto now = Steady::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    }

    std::optional<std::int64_t> offset_;
};

} // namespace sipsteer::cluster
