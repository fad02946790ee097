// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.hpp"

#include <charconv>

namespace sipsteer {

namespace {

constexpr unsigned kMappedBits = 96; // before those of an IPv4 address, in one of IPv6

} // namespace

std::optional<Prefix> Prefix::parse(const std::string &text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    const unsigned own = address->is_ipv4() ? 32 : 128;
    unsigned bits = own;
    if (slash != std::string::npos) {
        const auto *last = text.data() + text.size();
        const auto [end, failed] = std::from_chars(text.data() + slash + 1, last, bits);
        if (failed != std::errc() || end != last || bits > own) {
            return std::nullopt;
        }
    }
    return Prefix{*address, bits + (address->is_ipv4() ? kMappedBits : 0)};
}

bool Prefix::has(const Address &other) const {
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned differs = address.bytes()[bit / 8] ^ other.bytes()[bit / 8];
        if ((differs & (0x80U >> (bit % 8))) != 0) {
            return false;
        }
    }
    return true;
}

} // namespace sipsteer
