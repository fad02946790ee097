// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace sipsteer {

using MacAddress = std::array<std::uint8_t, 6>;

/// "02:00:00:00:00:0b"
inline std::string to_string(const MacAddress &mac) {
    constexpr const char *kDigits = "0123456789abcdef";
    std::string text;
    for (const auto byte : mac) {
        if (!text.empty()) {
            text += ':';
        }
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

} // namespace sipsteer
