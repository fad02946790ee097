// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/inquiry.hpp"

#include "base/fd.hpp"
#include "kernel/netlink/claims.hpp"
#include "packets/packet_socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace sipsteer {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Neighbour advertisements only: of all IPv6 that arrives there may be much.
bool filter_advertisements(const Fd &fd) {
    std::array<sock_filter, 6> program = {{
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 6}, // next header
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, IPPROTO_ICMPV6},
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 40}, // type
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 136},
        {BPF_RET | BPF_K, 0, 0, 0x40000},
        {BPF_RET | BPF_K, 0, 0, 0},
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

/// Receives from the network header on, on every interface.
Result<Fd> open_receiver(std::uint16_t protocol) {
    Fd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_ll every_interface{};
    every_interface.sll_family = AF_PACKET;
    every_interface.sll_protocol = htons(protocol);
    if (!fd || (protocol == ETHERTYPE_IPV6 && !filter_advertisements(fd)) ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&every_interface),
               sizeof(every_interface)) != 0) {
        return system_error("cannot open a packet socket");
    }
    return fd;
}

class Inquiry {
public:
    explicit Inquiry(const std::vector<Question> &questions)
        : questions_(questions), answers_(questions.size()) {}

    Status open() {
        auto arp = open_receiver(ETHERTYPE_ARP);
        auto ipv6 = open_receiver(ETHERTYPE_IPV6);
        if (!arp || !ipv6) {
            return arp ? ipv6.error() : arp.error();
        }
        arp_ = std::move(*arp);
        ipv6_ = std::move(*ipv6);
        return sender_.open(packets::PacketSocket::Path::Queues);
    }

    /// What is not answered yet. A frame that cannot be sent has no answer: its interface is down.
    void send() const {
        for (std::size_t i = 0; i < questions_.size(); i++) {
            const auto &[ifindex, from, target] = questions_[i];
            if (answers_[i].empty()) {
                const auto frame = target.is_ipv4()
                                       ? packets::arp_request(from, packets::kBroadcastMac, target)
                                       : packets::neighbour_solicitation(from, nullptr, target);
                (void)sender_.send(frame, ifindex);
            }
        }
    }

    void receive_until(Clock::time_point end) {
        for (auto now = Clock::now(); now < end; now = Clock::now()) {
            const auto left = std::chrono::ceil<milliseconds>(end - now);
            std::array<pollfd, 2> ready = {{{arp_.get(), POLLIN, 0}, {ipv6_.get(), POLLIN, 0}}};
            (void)::poll(ready.data(), ready.size(), static_cast<int>(left.count()));
            read_all(arp_);
            read_all(ipv6_);
        }
    }

    std::vector<std::set<MacAddress>> take_answers() { return std::move(answers_); }

private:
    void read_all(const Fd &fd) {
        std::array<std::uint8_t, 2048> buffer;
        for (;;) {
            sockaddr_ll from{};
            socklen_t from_size = sizeof(from);
            const auto size = ::recvfrom(fd.get(), buffer.data(), buffer.size(), 0,
                                         reinterpret_cast<sockaddr *>(&from), &from_size);
            if (size < 0 && errno != EINTR) {
                return; // nothing more, or an interface went down
            }
            if (size > 0) {
                take({buffer.data(), static_cast<std::size_t>(size)}, from);
            }
        }
    }

    void take(std::span<const std::uint8_t> packet, const sockaddr_ll &from) {
        MacAddress source{};
        std::copy_n(from.sll_addr, std::min<std::size_t>(from.sll_halen, source.size()),
                    source.begin());
        const auto claim = from.sll_protocol == htons(ETHERTYPE_ARP)
                               ? arp_claim(packet)
                               : advertisement_claim(packet, source);
        for (std::size_t i = 0; claim && i < questions_.size(); i++) {
            if (questions_[i].target == claim->address &&
                static_cast<int>(questions_[i].ifindex) == from.sll_ifindex) {
                answers_[i].insert(claim->mac);
            }
        }
    }

    const std::vector<Question> &questions_;
    std::vector<std::set<MacAddress>> answers_;
    packets::PacketSocket sender_;
    Fd arp_;
    Fd ipv6_;
};

} // namespace

Result<std::vector<std::set<MacAddress>>> ask_segments(const std::vector<Question> &questions,
                                                       milliseconds patience) {
    Inquiry inquiry(questions);
    if (auto opened = inquiry.open(); !opened) {
        return opened.error();
    }
    const auto begun = Clock::now();
    inquiry.send();
    inquiry.receive_until(begun + patience / 3);
    inquiry.send();
    inquiry.receive_until(begun + patience);
    return inquiry.take_answers();
}

} // namespace sipsteer
