// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/capture.hpp"

#include <cstdint>

namespace sipsteer::cli {

using capture::CapturedDatagram;
using explain::Datagram;
using explain::Link;
using explain::Part;
using explain::read_frame;

/// Hands over the UDP datagrams of a capture file from or to a port, and all later fragments of UDP
/// datagrams, which have no ports; see capture/capture.hpp.
inline Result<capture::Counts> read_capture(const std::string &file, std::uint16_t port,
                                            const capture::Take &take) {
    const auto wanted = [port](const Datagram &datagram) {
        return datagram.part == Part::LaterFragment || datagram.source_port == port ||
               datagram.destination_port == port;
    };
    return capture::read_file(file, wanted, take);
}

} // namespace sipsteer::cli
