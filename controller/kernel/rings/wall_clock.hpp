// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sipsteer::rings {

/// From the data plane's clock to the time of day.
class WallClock {
public:
    /// ns since 1970 of a time in ns of CLOCK_MONOTONIC, about now. The clocks are compared once a
    /// second, so that packets close together keep their distance.
    std::uint64_t time_of(std::uint64_t monotonic);

private:
    std::uint64_t offset_ = 0;
    std::uint64_t compared_ = 0; // CLOCK_MONOTONIC; 0: not yet
};

/// ns of the data plane's clock, now.
std::uint64_t monotonic_now();

} // namespace sipsteer::rings
