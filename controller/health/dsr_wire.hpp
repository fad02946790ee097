// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "health/dsr_packet.hpp"
#include "packets/packet_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::health {

/// Who waits for the answers to probes by the DSR path.
class DsrListener {
public:
    virtual ~DsrListener() = default;

    /// An answer with a branch that it expects, or an ICMP error about such a request.
    virtual void take(const DsrPacket &packet) = 0;

    /// Something else from that MAC address. True if it is this one's server.
    virtual bool take_stray(const DsrPacket &packet, const MacAddress &from) = 0;
};

/// The sockets that all probes by the DSR path share. Frames are sent by a packet socket, past the
/// kernel's routing. Answers are received by packet sockets, too: they come from the VIP, which the
/// director itself may have as its address, and then the kernel drops them as martians. An ordinary
/// UDP socket holds the port, so that the kernel does not answer with ICMP; it reads nothing.
/// To whom an answer belongs is told by its branch: all come from the VIP.
class DsrWire {
public:
    explicit DsrWire(boost::asio::io_context &io) : ipv4_(io), ipv6_(io) {}
    DsrWire(const DsrWire &) = delete;
    DsrWire &operator=(const DsrWire &) = delete;

    /// Opens the sockets, the first time. 0, or the errno.
    int open();

    std::uint16_t port() const { return port_; }

    /// 0, or the errno, if the kernel does not take the frame. Lost for a full transmit ring, it
    /// counts as sent: it is lost on the wire as well, and will be sent again.
    int send(const NextHop &next_hop, const std::vector<std::uint8_t> &frame) const;

    void add(DsrListener &listener) { listeners_.insert(&listener); }
    void remove(DsrListener &listener);

    /// Answers with that branch are for the listener.
    void expect(const std::string &branch, DsrListener &listener);
    void forget(const std::string &branch);

private:
    using Descriptor = boost::asio::posix::stream_descriptor;

    int hold_port(std::uint16_t &port);
    int open_receiver(Descriptor &descriptor, bool ipv6, std::uint16_t port);
    void wait(Descriptor &descriptor);
    void read_all(Descriptor &descriptor);
    void dispatch(const DsrPacket &packet, const MacAddress &from);
    DsrListener *waiting_for(const DsrPacket &packet) const;

    Descriptor ipv4_;
    Descriptor ipv6_;
    packets::PacketSocket sender_;
    Fd holder_;
    std::uint16_t port_ = 0; // host byte order; 0: not open
    std::set<DsrListener *> listeners_;
    std::map<std::string, DsrListener *> branches_; // in lower case
};

} // namespace sipsteer::health
