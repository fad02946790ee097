// SPDX-License-Identifier: Apache-2.0
#include "base/utc_time.hpp"

#include <ctime>

namespace sipsteer {

std::string utc_text(std::chrono::system_clock::time_point time) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    char text[32] = {};
    if (::gmtime_r(&seconds, &parts) != nullptr) {
        (void)std::strftime(text, sizeof(text), "%FT%TZ", &parts);
    }
    return text;
}

} // namespace sipsteer
