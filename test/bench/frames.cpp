// SPDX-License-Identifier: Apache-2.0
#include "frames.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

struct Headers {
    ethhdr eth;
    iphdr ip;
    udphdr udp;
} __attribute__((packed));
static_assert(sizeof(Headers) == 42);

constexpr std::size_t kSourceAt = sizeof(ethhdr) + offsetof(iphdr, saddr);

__u16 ip_checksum(const iphdr &ip) {
    std::array<__u16, sizeof(iphdr) / 2> words{};
    std::memcpy(words.data(), &ip, sizeof(ip));
    __u32 sum = 0;
    for (const __u16 word : words) {
        sum += word;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<__u16>(~(sum + (sum >> 16)));
}

/// UDP's checksum is wrong: the feeder changes digits. The data plane works it out all the same,
/// then sees that the interface is one where it is made later.
Headers make_headers(const Destination &destination, std::size_t message_size) {
    Headers headers{};
    headers.eth.h_proto = htons(ETH_P_IP);
    headers.ip.version = 4;
    headers.ip.ihl = 5;
    headers.ip.ttl = 64;
    headers.ip.protocol = IPPROTO_UDP;
    headers.ip.tot_len =
        htons(static_cast<std::uint16_t>(sizeof(iphdr) + sizeof(udphdr) + message_size));
    headers.ip.saddr = htonl(0xc0000207); // 192.0.2.7
    std::memcpy(&headers.ip.daddr, destination.address.data(), destination.address.size());
    headers.ip.check = ip_checksum(headers.ip);
    headers.udp.check = htons(1);
    headers.udp.source = htons(5060);
    headers.udp.dest = htons(destination.port);
    headers.udp.len = htons(static_cast<std::uint16_t>(sizeof(udphdr) + message_size));
    return headers;
}

} // namespace

std::vector<bench_message> make_frames(Method method, const Destination &destination) {
    std::vector<bench_message> frames;
    for (const Message &message : make_messages(method, BENCH_MESSAGES)) {
        bench_message frame{};
        const Headers headers = make_headers(destination, message.text.size());
        frame.length = static_cast<__u32>(sizeof(headers) + message.text.size());
        if (frame.length > BENCH_FRAME) {
            throw std::logic_error("a message does not fit a frame");
        }
        std::memcpy(frame.frame, &headers, sizeof(headers));
        std::memcpy(frame.frame + sizeof(headers), message.text.data(), message.text.size());
        if (method == Method::kWithoutCallId) {
            frame.patch = BENCH_PATCH_SOURCE;
            frame.patch_at = kSourceAt;
        } else {
            frame.patch = BENCH_PATCH_DIGITS;
            frame.patch_at = static_cast<__u32>(sizeof(headers) + message.digits);
        }
        frames.push_back(frame);
    }
    return frames;
}

} // namespace sipsteer::bench
