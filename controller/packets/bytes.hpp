// SPDX-License-Identifier: Apache-2.0
//
// Bytes in network order: appended, read, and summed up.
#pragma once

#include "base/address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace sipsteer::packets {

using Bytes = std::vector<std::uint8_t>;

template <typename Range>
void append(Bytes &to, const Range &bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

inline void append(Bytes &to, std::initializer_list<std::uint8_t> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

/// The low 16 bits of `value`.
inline void append16(Bytes &to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8 & 0xff));
    to.push_back(static_cast<std::uint8_t>(value & 0xff));
}

/// 4 bytes of an IPv4 address, 16 of an IPv6 one.
inline void append_address(Bytes &to, const Address &address) {
    if (address.is_ipv4()) {
        append(to, address.ipv4_bytes());
    } else {
        append(to, address.bytes());
    }
}

inline void put16(Bytes &in, std::size_t at, std::uint16_t value) {
    in[at] = static_cast<std::uint8_t>(value >> 8);
    in[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

/// The Internet checksum (RFC 1071). An odd last byte counts as if a zero followed.
std::uint16_t checksum(std::span<const std::uint8_t> bytes);

/// That of UDP, ICMPv6 and TCP, over the pseudo header and `message` (RFC 768; RFC 8200, 8.1). Both
/// addresses of one family; at most 65,535 bytes.
std::uint16_t checksum(const Address &from, const Address &to, std::uint8_t protocol,
                       std::span<const std::uint8_t> message);

/// Reads the front of a text. The caller looks at size() before it reads at a place.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::size_t size() const { return text_.size(); }
    std::string_view text() const { return text_; }
    unsigned u8(std::size_t at) const { return static_cast<unsigned char>(text_[at]); }
    unsigned u16(std::size_t at) const { return u8(at) << 8 | u8(at + 1); }
    std::uint32_t u32(std::size_t at) const { return u16(at) << 16 | u16(at + 2); }

    template <std::size_t Size>
    std::array<std::uint8_t, Size> array(std::size_t at) const {
        std::array<std::uint8_t, Size> bytes;
        std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at), Size, bytes.begin());
        return bytes;
    }

    void skip(std::size_t count) { text_.remove_prefix(std::min(count, text_.size())); }

    /// Nothing follows the first `count` bytes. False: there are fewer.
    bool cut_to(std::size_t count) {
        text_ = text_.substr(0, count);
        return text_.size() == count;
    }

private:
    std::string_view text_;
};

} // namespace sipsteer::packets
