// SPDX-License-Identifier: Apache-2.0
#include "taps/call_filter.hpp"

#include <algorithm>
#include <charconv>

namespace sipsteer::taps {

namespace {

constexpr unsigned kMappedBits = 96; // before an IPv4 address that is mapped

/// The greatest upper half of a key that is in the share.
std::uint32_t sample_of(double share) {
    return static_cast<std::uint32_t>(share * 4294967295.0);
}

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

bool CallFilter::wants(const ss_tapped &tapped, const Address &from,
                       const std::string &message_call_id) const {
    return (tapped.key >> 32) <= sample_of(share) && (!server || *server == tapped.server) &&
           (!source || source->has(from)) && (!call_id || *call_id == message_call_id);
}

ss_tap tap_for(const std::vector<const CallFilter *> &filters, std::uint32_t snap) {
    ss_tap tap{};
    tap.on = filters.empty() ? 0 : 1;
    tap.snap = snap;
    tap.server = SS_TAP_ANY;
    tap.reason = SS_TAP_ANY;
    for (const auto *filter : filters) {
        tap.sample = std::max(tap.sample, sample_of(filter->share));
    }
    if (filters.size() == 1) {
        const CallFilter &only = *filters.front();
        tap.server = only.server ? *only.server : SS_TAP_ANY;
        if (only.source) {
            const auto &bytes = only.source->address.bytes();
            std::copy(bytes.begin(), bytes.end(), std::begin(tap.source));
            tap.prefix = only.source->bits;
        }
    }
    return tap;
}

} // namespace sipsteer::taps
