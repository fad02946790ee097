// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace sipsteer::config {

namespace {

struct Unit {
    const char *text;
    std::int64_t milliseconds;
};

constexpr std::array<Unit, 4> kUnits = {{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::size_t kMostDigits = 9;

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(const std::string &text) {
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const std::string digits(text.begin(), end);
    if (digits.empty() || digits.size() > kMostDigits) {
        return std::nullopt;
    }
    const std::string suffix(end, text.end());
    for (const Unit &unit : kUnits) {
        if (suffix == unit.text) {
            return std::chrono::milliseconds(std::stoll(digits) * unit.milliseconds);
        }
    }
    return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
    const std::int64_t count = duration.count();
    for (const Unit &unit : kUnits) {
        if (count != 0 && count % unit.milliseconds == 0) {
            return std::to_string(count / unit.milliseconds) + unit.text;
        }
    }
    return "0s";
}

} // namespace sipsteer::config
