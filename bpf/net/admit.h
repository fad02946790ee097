/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a packet for a service is one that this host is to take at all. A switch sends a frame
 * out of every port while it does not know the one it is for: a datagram that each director which
 * sees it sends on comes to a server twice, or goes round between directors for ever, as nothing
 * here lowers its TTL (RFC 1122, 3.3.6; RFC 1812, 5.3.4).
 */
#ifndef SIPSTEER_BPF_ADMIT_H
#define SIPSTEER_BPF_ADMIT_H

#include "maps.h"
#include "packet.h"
#include <linux/if_ether.h>

#include <sipsteer/link.h>

/* Any other value is the reason why a packet is not admitted (enum ss_reason). */
#define SS_ADMITTED 0xff

SS_INLINE int ss_is_link(const struct ss_link_key *key) {
    return bpf_map_lookup_elem(&links, key) != NULL;
}

/* Whether a frame is for this host and from none of the directors. SS_ADMITTED, or the reason. */
SS_STAGE int ss_admit_frame(struct xdp_md *ctx, const struct ss_packet *packet) {
    struct ss_link_key to = {};
    struct ss_link_key from = {};
    if (!packet)
        return SS_REASON_OTHER_HOST;
    struct ethhdr *eth = (struct ethhdr *)ss_data(ctx);
    if ((__u8 *)(eth + 1) > ss_data_end(ctx))
        return SS_REASON_OTHER_HOST;
    to.ifindex = ctx->ingress_ifindex;
    to.vlan = packet->vlan;
    __builtin_memcpy(to.mac, eth->h_dest, ETH_ALEN);
    __builtin_memcpy(from.mac, eth->h_source, ETH_ALEN);
    if (!ss_is_link(&to)) {
        to.vlan |= SS_LINK_IN_VLAN;
        __builtin_memset(to.mac, 0, ETH_ALEN);
        return packet->vlan && !ss_is_link(&to) ? SS_REASON_OTHER_VLAN : SS_REASON_OTHER_HOST;
    }
    return ss_is_link(&from) ? SS_REASON_OWN_FRAME : SS_ADMITTED;
}

/* Loopback, this network, group and broadcast addresses (RFC 1122, 3.2.1.3); host byte order. */
SS_INLINE int ss_is_martian_ipv4(__u32 source) {
    __u32 network = source >> 24;
    return network == 0 || network == 127 || (network >= 224 && network < 240) ||
           source == 0xffffffff;
}

/* Unspecified, loopback and group addresses (RFC 4291, 2.5 to 2.7). */
SS_INLINE int ss_is_martian_ipv6(__u64 high, __u64 low) {
    return (!high && low <= 1) || high >> 56 == 0xff;
}

/*
 * Whether a packet's source is an address that no sender of it can have. That is the VIP it is sent
 * to, too: a server has it and sends nothing to itself by way of the director. Another VIP may call
 * this one, and a server may from its own address.
 */
SS_INLINE int ss_is_martian(const struct ss_packet *packet) {
    __u64 source[2], destination[2];
    __builtin_memcpy(source, packet->source, 16);
    __builtin_memcpy(destination, packet->destination, 16);
    __u64 low = bpf_be64_to_cpu(source[1]);
    if (source[0] == destination[0] && source[1] == destination[1])
        return 1;
    if (source[0] || low >> 32 != 0xffff)
        return ss_is_martian_ipv6(bpf_be64_to_cpu(source[0]), low);
    /* IPv4; written as an IPv6 address it is none that may be on the wire (RFC 4291, 2.5.5.2). */
    if (destination[0] || bpf_be64_to_cpu(destination[1]) >> 32 != 0xffff)
        return 1;
    return ss_is_martian_ipv4((__u32)low);
}

#endif /* SIPSTEER_BPF_ADMIT_H */
