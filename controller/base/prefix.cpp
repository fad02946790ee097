// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.hpp"

#include <charconv>

namespace sipsteer {

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

Prefix Prefix::masked() const {
    auto bytes = address.bytes();
    for (unsigned bit = bits; bit < bytes.size() * 8; ++bit) {
        bytes.at(bit / 8) &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    }
    return {Address::from_bytes(bytes), bits};
}

std::string Prefix::to_string() const {
    const std::string text = address.to_string();
    return bits == 128 ? text : text + '/' + std::to_string(is_ipv4() ? bits - kMappedBits : bits);
}

} // namespace sipsteer
