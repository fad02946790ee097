// SPDX-License-Identifier: Apache-2.0
#include "base/address.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace sipsteer {

namespace {
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
} // namespace

std::optional<Address> Address::parse(const std::string &text) {
    if (text.find('\0') != std::string::npos) {
        return std::nullopt; // inet_pton would stop there and accept what is before it
    }
    std::array<std::uint8_t, 4> ipv4{};
    if (inet_pton(AF_INET, text.c_str(), ipv4.data()) == 1) {
        return from_ipv4(ipv4);
    }
    // Refuses a scope ("fe80::1%eth0"), which has no meaning in a map key.
    std::array<std::uint8_t, 16> ipv6{};
    if (inet_pton(AF_INET6, text.c_str(), ipv6.data()) == 1) {
        return from_bytes(ipv6);
    }
    return std::nullopt;
}

Address Address::from_bytes(const std::array<std::uint8_t, 16> &bytes) {
    Address address;
    address.bytes_ = bytes;
    return address;
}

Address Address::from_ipv4(const std::array<std::uint8_t, 4> &bytes) {
    Address address;
    auto rest = std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
    std::copy(bytes.begin(), bytes.end(), rest);
    return address;
}

bool Address::is_ipv4() const {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

bool Address::is_unspecified() const {
    const auto first = bytes_.begin() + (is_ipv4() ? 12 : 0);
    return std::all_of(first, bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool Address::is_multicast() const {
    return is_ipv4() ? (bytes_[12] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool Address::is_loopback() const {
    if (is_ipv4()) {
        return bytes_[12] == 127;
    }
    return std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
           bytes_[15] == 1;
}

bool Address::is_link_local() const {
    return is_ipv4() ? bytes_[12] == 169 && bytes_[13] == 254
                     : bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool Address::is_broadcast() const {
    return is_ipv4() && std::all_of(bytes_.begin() + 12, bytes_.end(),
                                    [](std::uint8_t byte) { return byte == 0xff; });
}

std::string Address::to_string() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_ipv4()) {
        inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof(text));
    } else {
        inet_ntop(AF_INET6, bytes_.data(), text, sizeof(text));
    }
    return text;
}

std::array<std::uint8_t, 4> Address::ipv4_bytes() const {
    return {bytes_[12], bytes_[13], bytes_[14], bytes_[15]};
}

} // namespace sipsteer
