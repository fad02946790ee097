// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

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

/// Six bytes of two digits each, in any case, apart by colons; nothing if the text is anything
/// else.
inline std::optional<MacAddress> parse_mac_address(std::string_view text) {
    MacAddress mac{};
    if (text.size() != mac.size() * 3 - 1) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < mac.size(); i++) {
        const char *digits = text.data() + i * 3;
        const auto parsed = std::from_chars(digits, digits + 2, mac[i], 16);
        if (parsed.ec != std::errc() || parsed.ptr != digits + 2 ||
            (i + 1 < mac.size() && digits[2] != ':')) {
            return std::nullopt;
        }
    }
    return mac;
}

} // namespace sipsteer
