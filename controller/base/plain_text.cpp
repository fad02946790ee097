// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.hpp"

#include <algorithm>
#include <cstdint>

namespace sipsteer {

namespace {

/// Of a sequence of UTF-8.
char32_t code_point(std::string_view sequence) {
    const auto first = static_cast<std::uint8_t>(sequence[0]);
    char32_t code = sequence.size() == 1 ? first : first & (0x7fU >> sequence.size());
    for (const char c : sequence.substr(1)) {
        code = code << 6 | (static_cast<std::uint8_t>(c) & 0x3fU);
    }
    return code;
}

struct Range {
    char32_t first;
    char32_t last;
};

constexpr Range kNotPlain[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
                               {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

} // namespace

std::size_t utf8_length(std::string_view text) {
    const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    const std::size_t length = first < 0x80                     ? 1
                               : first >= 0xc2 && first <= 0xdf ? 2
                               : first >= 0xe0 && first <= 0xef ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return 0;
        }
    }
    const std::uint8_t second = length > 1 ? byte(1) : std::uint8_t{0};
    const bool refused = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                         (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return refused ? 0 : length;
}

std::size_t plain_length(std::string_view text) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
        return 0;
    }
    const char32_t code = code_point(text.substr(0, length));
    const bool refused =
        std::any_of(std::begin(kNotPlain), std::end(kNotPlain), [code](const Range &range) {
            return range.first <= code && code <= range.last;
        });
    return refused ? 0 : length;
}

std::string plain_text(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string plain;
    while (!text.empty()) {
        const std::size_t length = plain_length(text);
        if (length != 0) {
            plain += text.substr(0, length);
            text.remove_prefix(length);
            continue;
        }
        for (const char c : text.substr(0, std::max<std::size_t>(utf8_length(text), 1))) {
            const auto byte = static_cast<std::uint8_t>(c);
            plain += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        }
        text.remove_prefix(std::max<std::size_t>(utf8_length(text), 1));
    }
    return plain;
}

} // namespace sipsteer
