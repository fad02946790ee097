// SPDX-License-Identifier: Apache-2.0
#include "packets/frame.hpp"

#include "packets/bytes.hpp"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <optional>

namespace sipsteer::packets {

namespace {

constexpr unsigned kMostTags = 2;
constexpr std::size_t kIcmpHeader = 8;
constexpr unsigned kMostExtensions = 8; // as SS_MAX_EXTENSIONS (bpf/net/parse.h)

/// The EtherType of what follows the link's header, which is skipped; 0: too short.
unsigned skip_header(Reader &frame, std::size_t size, std::size_t type_at) {
    if (frame.size() < size) {
        return 0;
    }
    const unsigned type = frame.u16(type_at);
    frame.skip(size);
    return type;
}

unsigned skip_tags(Reader &frame, unsigned type) {
    for (unsigned i = 0; i < kMostTags && (type == ETH_P_8021Q || type == ETH_P_8021AD); i++) {
        type = skip_header(frame, 4, 2);
    }
    return type;
}

unsigned ip_type(const Reader &packet) {
    const unsigned version = packet.size() == 0 ? 0 : packet.u8(0) >> 4;
    return version == 4 ? ETH_P_IP : version == 6 ? ETH_P_IPV6 : 0;
}

unsigned skip_link(Link link, Reader &frame) {
    switch (link) {
    case Link::Ethernet:
        return skip_tags(frame, skip_header(frame, 14, 12));
    case Link::LinuxCooked:
        return skip_tags(frame, skip_header(frame, 16, 14));
    case Link::LinuxCooked2:
        return skip_tags(frame, skip_header(frame, 20, 0));
    case Link::Loopback: // an address family, whose numbers differ from system to system
        frame.skip(4);
        return ip_type(frame);
    case Link::Ip:
        break;
    }
    return ip_type(frame);
}

void note_fragment(Datagram &datagram, std::uint32_t offset, bool more, std::uint32_t id) {
    datagram.fragment_offset = offset;
    datagram.fragment_id = id;
    if (offset != 0) {
        datagram.part = Part::LaterFragment;
    } else if (more) {
        datagram.part = Part::FirstFragment;
    }
}

/// What follows sets the datagram's payload to the data of the fragment, if it is one.
using Problem = std::optional<ss_reason>;

/// Skips the header; sets addresses and fragment, and the protocol that follows.
Problem take_ipv4(Reader &packet, Datagram &datagram, unsigned &protocol) {
    if (packet.size() < 20) {
        return SS_REASON_MALFORMED;
    }
    const std::size_t header = std::size_t{4} * (packet.u8(0) & 15);
    const std::size_t total = packet.u16(2);
    if (header < 20 || total < header || packet.size() < header) {
        return SS_REASON_MALFORMED;
    }
    const unsigned fragment = packet.u16(6);
    note_fragment(datagram, (fragment & 0x1fff) * 8, (fragment & 0x2000) != 0, packet.u16(4));
    protocol = packet.u8(9);
    datagram.source = Address::from_ipv4(packet.array<4>(12));
    datagram.destination = Address::from_ipv4(packet.array<4>(16));
    datagram.cut = !packet.cut_to(total);
    packet.skip(header);
    datagram.payload = packet.text();
    return std::nullopt;
}

/// Headers of the form that RFC 6564, 4 gives: next, length in units of eight octets.
bool is_plain_extension(unsigned next) {
    return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
           next == IPPROTO_MH || next == 139 /* HIP */ || next == 140 /* Shim6 */;
}

bool is_extension(unsigned next) {
    return is_plain_extension(next) || next == IPPROTO_AH || next == IPPROTO_FRAGMENT;
}

Problem take_extension(Reader &packet, Datagram &datagram, unsigned &next) {
    if (packet.size() < 8) {
        return SS_REASON_MALFORMED;
    }
    std::size_t length = 8;
    if (next == IPPROTO_FRAGMENT) {
        const unsigned field = packet.u16(2);
        note_fragment(datagram, field & 0xfff8, (field & 1) != 0, packet.u32(4));
        datagram.payload = packet.text().substr(length);
    } else {
        // The authentication header counts in units of four octets (RFC 4302, 2.2).
        length = next == IPPROTO_AH ? (packet.u8(1) + 2) * 4 : (packet.u8(1) + 1) * 8;
    }
    if (packet.size() < length) {
        return SS_REASON_MALFORMED;
    }
    next = packet.u8(0);
    packet.skip(length);
    return std::nullopt;
}

Problem take_ipv6(Reader &packet, Datagram &datagram, unsigned &protocol) {
    if (packet.size() < 40) {
        return SS_REASON_MALFORMED;
    }
    const std::size_t length = packet.u16(4);
    protocol = packet.u8(6);
    datagram.source = Address::from_bytes(packet.array<16>(8));
    datagram.destination = Address::from_bytes(packet.array<16>(24));
    packet.skip(40);
    datagram.cut = !packet.cut_to(length);
    for (unsigned i = 0; is_extension(protocol) && datagram.part != Part::LaterFragment; i++) {
        if (i == kMostExtensions) {
            return SS_REASON_EXTENSIONS;
        }
        if (const auto problem = take_extension(packet, datagram, protocol)) {
            return problem;
        }
    }
    return std::nullopt;
}

/// What an EtherType says.
Problem take_ip(unsigned type, Reader &packet, Datagram &datagram, unsigned &protocol) {
    if (type == ETH_P_IP) {
        return take_ipv4(packet, datagram, protocol);
    }
    return type == ETH_P_IPV6 ? take_ipv6(packet, datagram, protocol) : SS_REASON_NOT_IP;
}

Problem take_udp(Reader &packet, Datagram &datagram) {
    if (packet.size() < 8) {
        return SS_REASON_MALFORMED;
    }
    datagram.source_port = static_cast<std::uint16_t>(packet.u16(0));
    datagram.destination_port = static_cast<std::uint16_t>(packet.u16(2));
    const std::size_t length = packet.u16(4);
    if (length < 8) {
        return SS_REASON_MALFORMED;
    }
    const bool complete = packet.cut_to(length);
    if (!complete && datagram.part == Part::Whole && !datagram.cut) {
        return SS_REASON_MALFORMED;
    }
    packet.skip(8);
    if (datagram.part == Part::FirstFragment) {
        const auto *data = datagram.payload.data(); // of the fragment
        datagram.data_before = static_cast<std::size_t>(packet.text().data() - data);
        datagram.whole_length = length - 8;
    }
    return std::nullopt;
}

bool is_icmp_error(unsigned protocol, unsigned type) {
    if (protocol == IPPROTO_ICMP) { // RFC 792
        return type == 3 || type == 11 || type == 12;
    }
    return protocol == IPPROTO_ICMPV6 && type >= 1 && type <= 4; // RFC 4443
}

} // namespace

const char *part_name(Part part) {
    switch (part) {
    case Part::FirstFragment:
        return "first_fragment";
    case Part::LaterFragment:
        return "later_fragment";
    case Part::Whole:
        break;
    }
    return "whole";
}

std::variant<Datagram, ss_reason> read_frame(Link link, std::string_view frame) {
    Reader packet(frame);
    Datagram datagram;
    unsigned protocol = 0;
    auto problem = take_ip(skip_link(link, packet), packet, datagram, protocol);
    if (!problem && protocol != IPPROTO_UDP) {
        problem = SS_REASON_NOT_UDP;
    }
    if (!problem && datagram.part != Part::LaterFragment) {
        problem = take_udp(packet, datagram);
    }
    if (problem) {
        return *problem;
    }
    datagram.payload = packet.text();
    return datagram;
}

std::optional<IcmpError> read_icmp_error(Link link, std::string_view frame) {
    Reader packet(frame);
    Datagram error;
    IcmpError quoted;
    unsigned protocol = 0;
    if (take_ip(skip_link(link, packet), packet, error, protocol) || error.part != Part::Whole ||
        packet.size() < kIcmpHeader || !is_icmp_error(protocol, packet.u8(0))) {
        return std::nullopt;
    }
    quoted.ipv6 = protocol == IPPROTO_ICMPV6;
    quoted.type = static_cast<std::uint8_t>(packet.u8(0));
    quoted.code = static_cast<std::uint8_t>(packet.u8(1));
    packet.skip(kIcmpHeader);
    if (take_ip(ip_type(packet), packet, quoted, protocol) || protocol != IPPROTO_UDP ||
        quoted.part == Part::LaterFragment || take_udp(packet, quoted)) {
        return std::nullopt;
    }
    quoted.payload = packet.text();
    return quoted;
}

} // namespace sipsteer::packets
