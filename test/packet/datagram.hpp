// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data_plane.hpp"
#include "sip_messages.hpp"

#include <optional>

namespace sipsteer::test {

/// A datagram from a client to the VIP, port 5060, of which fragments are made. Offsets and lengths
/// are in bytes of the datagram: UDP header and message.
struct Datagram {
    bool ipv6 = false;
    std::uint32_t id = 7;
    std::string message = request("INVITE", "fragment@example.com") + std::string(200, 'x');
    std::string source = std::string(ipv6 ? kClient6 : kClient);
    std::string destination{}; // empty: the VIP

    /// Where the first fragment ends and the later ones begin, unless told otherwise.
    static constexpr std::size_t kSplit = 256;

    std::size_t size() const { return 8 + message.size(); }
    Packet first(std::size_t length = kSplit) const;
    /// To the datagram's end unless a length is told; more fragments follow if it ends before that.
    Packet later(std::size_t offset = kSplit, std::optional<std::size_t> length = {}) const;
    /// A later fragment of any bytes.
    Packet any(std::size_t offset, std::size_t length, bool more) const;
    ss_fragment_key key() const { return fragment_key(source, ipv6 ? kVip6 : kVip, id); }

private:
    Packet ip() const;
};

} // namespace sipsteer::test
