// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sipsteer::trace {

/// A SIP message for a Homer collector.
struct HepMessage {
    Address source;
    Address destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint64_t time = 0;       // ns since 1970
    std::uint32_t agent = 0;      // who captured it
    std::string_view correlation; // the Call-ID; empty: none
    std::string_view payload;
};

/// The message in a datagram of the protocol HEP, version 3 (EEP); empty: it is too long for one.
std::string hep_datagram(const HepMessage &message);

} // namespace sipsteer::trace
