// SPDX-License-Identifier: Apache-2.0
#include "kernel/rings/wall_clock.hpp"

#include "base/kernel_clock.hpp"

#include <ctime>
#include <limits>

namespace sipsteer::rings {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t wall_time() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond +
           static_cast<std::uint64_t>(time.tv_nsec);
}

/// The best of a few tries: the program may be interrupted between two readings.
std::uint64_t compare() {
    std::uint64_t offset = 0;
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (int i = 0; i < 5; ++i) {
        const auto before = kernel_time();
        const auto wall = wall_time();
        const auto took = kernel_time() - before;
        if (took < least) {
            least = took;
            offset = wall - (before + took / 2);
        }
    }
    return offset;
}

} // namespace

std::uint64_t WallClock::time_of(std::uint64_t monotonic) {
    const auto now = monotonic_now();
    if (compared_ == 0 || now - compared_ > kSecond) {
        offset_ = compare();
        compared_ = now;
    }
    return monotonic + offset_;
}

std::uint64_t monotonic_now() {
    return kernel_time();
}

} // namespace sipsteer::rings
