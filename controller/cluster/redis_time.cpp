// SPDX-License-Identifier: Apache-2.0
#include "cluster/redis_time.hpp"

#include <charconv>

namespace sipsteer::cluster {

void set_clock(EngineClock &clock, const redisReply *reply) {
    const auto elements = elements_of(reply);
    if (elements.size() != 2) {
        return;
    }
    const auto number = [](std::string_view text) {
        std::uint64_t value = 0;
        (void)std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    const std::uint64_t seconds = number(text_of(elements[0]));
    const std::uint64_t microseconds = number(text_of(elements[1]));
    if (seconds != 0) {
        clock.set(seconds * 1000 + microseconds / 1000);
    }
}

} // namespace sipsteer::cluster
