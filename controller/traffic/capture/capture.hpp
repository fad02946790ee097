// SPDX-License-Identifier: Apache-2.0
//
// Capture files as tcpdump and Wireshark write them: pcap and pcapng.
#pragma once

#include "base/result.hpp"
#include "packets/frame.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sipsteer::capture {

/// Of a capture, by what was found in its frames.
struct Counts {
    std::size_t frames = 0;
    std::size_t datagrams = 0; // that were asked for
    std::string problem;       // why it could not be read to its end; empty: it was
};

struct CapturedDatagram {
    std::size_t frame = 0;      // from 1, as other tools count
    double time = 0;            // seconds since 1970
    packets::Datagram datagram; // its payload is valid during the call only
};

using Wanted = std::function<bool(const packets::Datagram &)>;

/// Says false to end it.
using Take = std::function<bool(const CapturedDatagram &)>;

/// Hands over the UDP datagrams of a capture file that are wanted. An error if it is no capture, of
/// a link type not known here, or ends in the midst of a frame; what came before has been handed
/// over then.
Result<Counts> read_file(const std::string &file, const Wanted &wanted, const Take &take);

/// Likewise, of the bytes of one; but one that ends in the midst of a frame is no error: its counts
/// say so.
Result<Counts> read_bytes(std::string_view bytes, const Wanted &wanted, const Take &take);

} // namespace sipsteer::capture
