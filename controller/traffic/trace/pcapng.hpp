// SPDX-License-Identifier: Apache-2.0
//
// Blocks of a capture file in the form pcapng (IETF draft-ietf-opsawg-pcapng), in this machine's
// byte order. Sections begin with section_header(); an interface is described before its packets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::trace {

/// What reads and writes the file, and what it is about.
std::string section_header(std::string_view application, std::string_view comment);

/// An Ethernet interface, whose packets have times in nanoseconds. Interfaces are numbered from 0
/// in the order of their descriptions. `snap`: bytes of a packet that are kept at most.
std::string interface_description(std::string_view name, std::uint32_t snap);

/// A packet.
struct Packet {
    std::uint32_t interface = 0;
    std::uint64_t time = 0; // ns since 1970
    std::string_view bytes; // what is kept of it
    std::uint32_t length = 0;
    std::string_view comment;                // UTF-8; at most kMostComment bytes of it are kept
    std::optional<std::uint32_t> queue;      // of the interface
    std::optional<std::uint64_t> xdp_action; // enum xdp_action
    std::uint64_t lost = 0;                  // before it, since the packet before

    static constexpr std::size_t kMostComment = 4096;
};
std::string enhanced_packet(const Packet &packet);

/// Counts so far; the last such block of a section counts.
struct Statistics {
    std::uint32_t interface = 0;
    std::uint64_t time = 0;          // ns since 1970
    std::uint64_t received = 0;      // delivered and lost
    std::uint64_t dropped_early = 0; // for want of room before the reader
    std::uint64_t dropped_late = 0;  // because the client was slow
    std::uint64_t delivered = 0;

    std::uint64_t lost() const { return dropped_early + dropped_late; }
};
std::string interface_statistics(const Statistics &statistics, std::string_view comment);

} // namespace sipsteer::trace
