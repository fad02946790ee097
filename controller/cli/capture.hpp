// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/frame.hpp"
#include "util/result.hpp"

#include <functional>
#include <string>

namespace sipsteer::cli {

using explain::Datagram;
using explain::Link;
using explain::Part;
using explain::read_frame;

/// Of a capture file, by what was found in its frames.
struct CaptureCounts {
    std::size_t frames = 0;
    std::size_t datagrams = 0; // that were asked for
};

struct CapturedDatagram {
    std::size_t frame = 0; // from 1, as other tools count
    double time = 0;       // seconds since 1970
    Datagram datagram;     // its payload is valid during the call only
};

/// Hands over the UDP datagrams of a capture file (pcap or pcapng) from or to a port, and all later
/// fragments of UDP datagrams, which have no ports. `take` says false to end it. An error if it is
/// no capture, of a link type not known here, or ends in the midst of a frame; what came before
/// has been handed over then.
Result<CaptureCounts> read_capture(const std::string &file, std::uint16_t port,
                                   const std::function<bool(const CapturedDatagram &)> &take);

} // namespace sipsteer::cli
