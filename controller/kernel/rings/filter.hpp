// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/prefix.hpp"

#include <sipsteer/tap.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::rings {

/// What is known of a packet that the data plane has shown, besides the frame.
struct Shown {
    const ss_tapped &tapped;
    Address client;      // that it is from or, if it is an ICMP error, about
    std::string call_id; // of its message; of a later fragment: that of the first, if it was seen
};

/// The packets that somebody wants to see: all of this holds for them.
struct Filter {
    double share = 1; // of the calls, by their keys
    std::optional<std::uint16_t> server;
    std::optional<Prefix> source;
    std::optional<std::string> call_id;
    std::optional<std::uint64_t> call_key; // of call_id, in a pool that goes by it alone
    std::optional<std::uint8_t> reason;

    bool wants(const Shown &shown) const;

    /// Whether all calls of a server are wanted, by its index, whatever their messages are.
    bool wants_all_of(std::uint16_t other) const {
        return share >= 1 && !source && !call_id && !reason && (!server || *server == other);
    }
};

/// Whether the data plane can choose by Filter::call_key: every pool goes by the Call-ID alone.
enum class ByCallKey { No, Yes };

/// What the data plane has to show for all of them; none: nothing. It may be more than any of them
/// wants. `snap`: bytes of each frame.
ss_tap tap_for(const std::vector<const Filter *> &filters, std::uint32_t snap, ByCallKey by_key);

} // namespace sipsteer::rings
