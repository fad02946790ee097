// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_wire.hpp"

#include "health/dsr_filter.hpp"
#include "sip/reply.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sipsteer::health {

namespace {

bool set_filter(const Fd &fd, std::vector<sock_filter> program) {
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

/// Bound to every address of this host, and deaf.
Fd bound_anywhere(int family) {
    sockaddr_storage any{};
    any.ss_family = static_cast<sa_family_t>(family);
    const auto size =
        static_cast<socklen_t>(family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    Fd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int off = 0; // IPv4, too
    if (!fd || !set_filter(fd, deaf_filter()) ||
        (family == AF_INET6 &&
         ::setsockopt(fd.get(), SOL_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0) ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&any), size) != 0) {
        return {};
    }
    return fd;
}

/// Branches are compared without case (RFC 3261, 7.3.1).
std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::uint16_t port_of(const Fd &fd) {
    sockaddr_storage local{};
    socklen_t size = sizeof(local);
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr *>(&local), &size) != 0) {
        return 0;
    }
    sockaddr_in in; // the port is at the same place in both families
    std::memcpy(&in, &local, sizeof(in));
    return ntohs(in.sin_port);
}

} // namespace

int DsrWire::open() {
    if (port_ != 0) {
        return 0;
    }
    std::uint16_t port = 0;
    if (const int failed = hold_port(port)) {
        return failed;
    }
    if (!sender_.open(packets::PacketSocket::Path::Direct)) {
        return errno;
    }
    int failed = open_receiver(ipv4_, false, port);
    if (failed == 0) {
        failed = open_receiver(ipv6_, true, port);
    }
    port_ = failed == 0 ? port : std::uint16_t{0};
    return failed;
}

int DsrWire::hold_port(std::uint16_t &port) {
    holder_ = bound_anywhere(AF_INET6);
    if (!holder_) {
        holder_ = bound_anywhere(AF_INET); // a host without IPv6
    }
    port = holder_ ? port_of(holder_) : std::uint16_t{0};
    return port == 0 ? errno : 0;
}

/// The filter is there before the first packet can be: the socket is bound to its protocol last.
int DsrWire::open_receiver(Descriptor &descriptor, bool ipv6, std::uint16_t port) {
    Fd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_ll every_interface{};
    every_interface.sll_family = AF_PACKET;
    every_interface.sll_protocol = htons(ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
    if (!fd || !set_filter(fd, answer_filter(ipv6, port)) ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&every_interface),
               sizeof(every_interface)) != 0) {
        return errno;
    }
    if (descriptor.is_open()) {
        descriptor.close();
    }
    descriptor.assign(fd.release());
    wait(descriptor);
    return 0;
}

int DsrWire::send(const NextHop &next_hop, const std::vector<std::uint8_t> &frame) const {
    const int failed = sender_.send(frame, next_hop.ifindex);
    return failed == ENOBUFS || failed == EAGAIN ? 0 : failed;
}

void DsrWire::remove(DsrListener &listener) {
    listeners_.erase(&listener);
    std::erase_if(branches_, [&](const auto &entry) { return entry.second == &listener; });
}

void DsrWire::expect(const std::string &branch, DsrListener &listener) {
    branches_[lower_case(branch)] = &listener;
}

void DsrWire::forget(const std::string &branch) {
    branches_.erase(lower_case(branch));
}

void DsrWire::wait(Descriptor &descriptor) {
    descriptor.async_wait(Descriptor::wait_read,
                          [this, &descriptor](boost::system::error_code failed) {
                              if (!failed) { // else this is gone
                                  read_all(descriptor);
                                  wait(descriptor);
                              }
                          });
}

void DsrWire::read_all(Descriptor &descriptor) {
    std::array<std::uint8_t, 65536> buffer;
    for (;;) {
        sockaddr_ll from{};
        socklen_t from_size = sizeof(from);
        const auto size = ::recvfrom(descriptor.native_handle(), buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr *>(&from), &from_size);
        if (size < 0 && errno != EINTR) {
            return; // nothing more, or an interface went down, which is nothing to us
        }
        // Only what was sent to this host: not what a switch floods, nor what others ask.
        if (size < 0 || from.sll_pkttype != PACKET_HOST) {
            continue;
        }
        MacAddress mac{};
        std::copy_n(from.sll_addr, std::min<std::size_t>(from.sll_halen, mac.size()), mac.begin());
        if (const auto packet = parse_packet({buffer.data(), static_cast<std::size_t>(size)})) {
            dispatch(*packet, mac);
        }
    }
}

void DsrWire::dispatch(const DsrPacket &packet, const MacAddress &from) {
    if (auto *listener = waiting_for(packet)) {
        listener->take(packet);
        return;
    }
    if (packet.icmp.empty()) {
        // Up to the first that takes it.
        static_cast<void>(std::any_of(listeners_.begin(), listeners_.end(), [&](auto *listener) {
            return listener->take_stray(packet, from);
        }));
    }
}

DsrListener *DsrWire::waiting_for(const DsrPacket &packet) const {
    std::string branch;
    if (packet.icmp.empty()) {
        const auto reply = sip::parse_reply(packet.payload);
        branch = reply ? reply->branch : "";
    } else { // a quotation of our own words
        constexpr std::string_view kName = ";branch=";
        const auto begin = packet.payload.find(kName);
        const auto end = packet.payload.find(';', begin + kName.size());
        if (packet.from.port == port_ && begin != packet.payload.npos &&
            end != packet.payload.npos) {
            branch = packet.payload.substr(begin + kName.size(), end - begin - kName.size());
        }
    }
    const auto found = branches_.find(lower_case(branch));
    return found == branches_.end() ? nullptr : found->second;
}

} // namespace sipsteer::health
