// SPDX-License-Identifier: Apache-2.0
#include "base/kernel_clock.hpp"

#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace sipsteer {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::uint64_t read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec * kSecond + time.tv_nsec -
                                      time_namespace_offset());
}

} // namespace

std::int64_t parse_monotonic_offset(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::string clock;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    while (words >> clock >> seconds >> nanoseconds) {
        if (clock == "monotonic") {
            return seconds * kSecond + nanoseconds;
        }
    }
    return 0;
}

/// A process cannot change its own.
std::int64_t time_namespace_offset() {
    static const std::int64_t offset = [] {
        std::ifstream file("/proc/self/timens_offsets");
        return parse_monotonic_offset(
            std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
    }();
    return offset;
}

std::uint64_t kernel_time() {
    return read(CLOCK_MONOTONIC);
}

std::uint64_t kernel_time_coarse() {
    return read(CLOCK_MONOTONIC_COARSE);
}

} // namespace sipsteer
