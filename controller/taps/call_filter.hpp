// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/address.hpp"

#include <sipsteer/tap.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::taps {

/// Addresses whose leading `bits` are those of `address`, of 128 (IPv4: 96 more than its own).
struct Prefix {
    Address address;
    unsigned bits = 128;

    /// "192.0.2.0/24", "2001:db8::/32", or one address.
    static std::optional<Prefix> parse(const std::string &text);

    bool has(const Address &other) const;
};

/// The calls whose events somebody wants.
struct CallFilter {
    double share = 1; // of the calls, by their keys
    std::optional<std::uint16_t> server;
    std::optional<Prefix> source;
    std::optional<std::string> call_id;

    /// `call_id`: of a message of the call.
    bool wants(const ss_tapped &tapped, const Address &from,
               const std::string &message_call_id) const;
};

/// What the data plane has to show for all of them; none: nothing. It may be more than any of them
/// wants. `snap`: bytes of each frame.
ss_tap tap_for(const std::vector<const CallFilter *> &filters, std::uint32_t snap);

} // namespace sipsteer::taps
