/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * For a server behind routers (SS_SERVER_DSCP): its own address takes the VIP's place, and a DSCP
 * (RFC 2474) stands for the VIP. The server turns both back before it looks at the datagram. Not a
 * byte is added, so what has fitted fits on. Checksums follow by the difference (RFC 1624).
 *
 * The TTL stays. The datagram has come to the host that it is for, however low its TTL is, and that
 * host gives it to one of its servers. Routers behind lower it, so it cannot go round for ever.
 */
#ifndef SIPSTEER_BPF_READDRESS_H
#define SIPSTEER_BPF_READDRESS_H

#include "../text/sum.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"

#define SS_ECN_BITS 2 /* below the DSCP in IPv4's TOS and IPv6's traffic class */
#define SS_ECN_MASK 0x3
#define SS_UDP_SUM_AT 6
#define SS_ICMPV6_SUM_AT 2

/* What a sum of words becomes more where these 16 bytes take those bytes' place: ~old + new. */
SS_INLINE __u32 ss_sum_change(const __u8 *old, const __u8 *new) {
    __u64 before[2], after[2];
    __builtin_memcpy(before, old, 16);
    __builtin_memcpy(after, new, 16);
    return ss_sum_fold(ss_sum_word(~before[0]) + ss_sum_word(~before[1]) + ss_sum_word(after[0]) +
                       ss_sum_word(after[1]));
}

/* A checksum after its words have changed so: HC' = ~(~HC + change) (RFC 1624, 3). */
SS_INLINE __u16 ss_sum_changed(__u16 sum, __u32 change) {
    return (__u16)~ss_sum_fold((__u64)(__u16)~sum + change);
}

/* DSCP and destination, with the header's checksum. change: of the address. */
SS_INLINE int ss_readdress_ipv4(struct xdp_md *ctx, __u32 offset, const __u8 *address, __u8 dscp,
                                __u32 change) {
    struct iphdr *ip = (struct iphdr *)ss_at(ctx, offset);
    __u16 before, after;
    if ((__u8 *)(ip + 1) > ss_data_end(ctx))
        return -1;
    __builtin_memcpy(&before, ip, 2);
    ip->tos = (__u8)(dscp << SS_ECN_BITS) | (ip->tos & SS_ECN_MASK);
    __builtin_memcpy(&after, ip, 2);
    __builtin_memcpy(&ip->daddr, address + 12, 4);
    ip->check = ss_sum_changed(ip->check, change + (__u16)~before + after);
    return 0;
}

/* Likewise; the traffic class lies across the first two bytes, and there is no checksum. */
SS_INLINE int ss_readdress_ipv6(struct xdp_md *ctx, __u32 offset, const __u8 *address, __u8 dscp) {
    struct ipv6hdr *ip = (struct ipv6hdr *)ss_at(ctx, offset);
    if ((__u8 *)(ip + 1) > ss_data_end(ctx))
        return -1;
    __u8 *first = (__u8 *)ip;
    first[0] = (first[0] & 0xf0) | dscp >> 2;
    first[1] = (__u8)((dscp & 0x3) << 6) | (first[1] & 0x3f);
    __builtin_memcpy(&ip->daddr, address, 16);
    return 0;
}

/* The checksum at an offset, which covers the destination (RFC 768, RFC 8200, 8.1). */
SS_INLINE int ss_readdress_sum(struct xdp_md *ctx, __u32 offset, __u32 change, int udp) {
    __u8 *at = ss_at(ctx, offset);
    __u16 sum;
    if (at + sizeof(sum) > ss_data_end(ctx))
        return -1;
    __builtin_memcpy(&sum, at, sizeof(sum));
    if (udp && !sum)
        return 0; /* there is none */
    sum = ss_sum_changed(sum, change);
    if (udp && !sum)
        sum = 0xffff;
    __builtin_memcpy(at, &sum, sizeof(sum));
    return 0;
}

/* Where the ICMPv6 header of an error is: packet->transport is that of what it quotes. */
SS_INLINE __u32 ss_icmpv6_at(struct xdp_md *ctx, const struct ss_packet *packet) {
    struct ipv6hdr *ip = (struct ipv6hdr *)ss_at(ctx, packet->ip);
    if ((__u8 *)(ip + 1) > ss_data_end(ctx))
        return 0;
    return packet->ip + sizeof(*ip) + bpf_ntohs(ip->payload_len) - packet->fragment_length;
}

/* The checksum of what is behind the IP header, if it covers the addresses and is in this frame. */
SS_INLINE int ss_readdress_transport(struct xdp_md *ctx, const struct ss_packet *packet, int ipv6,
                                     int error, __u32 change) {
    if (error)
        return ipv6 ? ss_readdress_sum(ctx, ss_icmpv6_at(ctx, packet) + SS_ICMPV6_SUM_AT, change, 0)
                    : 0;
    if (packet->part == SS_LATER_FRAGMENT)
        return 0; /* it lies in the first one */
    return ss_readdress_sum(ctx, packet->transport + SS_UDP_SUM_AT, change, 1);
}

/*
 * Puts the server's address and the VIP's code into the datagram. error: it is an ICMP error, so
 * packet has the addresses of what it quotes. 0, or -1: no code stands for the VIP, or the headers
 * are out of reach.
 */
SS_STAGE int ss_readdress(struct xdp_md *ctx, const struct ss_packet *packet, __u32 index,
                          __u32 error) {
    struct ss_service_key key = {};
    if (!packet)
        return -1;
    __builtin_memcpy(key.address, error ? packet->source : packet->destination, 16);
    const struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    const struct ss_service *vip = bpf_map_lookup_elem(&services, &key);
    __u8 *version = ss_at(ctx, packet->ip);
    if (!server || !vip || !vip->dscp || version + 1 > ss_data_end(ctx))
        return -1;
    int ipv6 = *version >> 4 == 6;
    __u32 change = ss_sum_change(key.address, server->address);
    if (ipv6 ? ss_readdress_ipv6(ctx, packet->ip, server->address, vip->dscp)
             : ss_readdress_ipv4(ctx, packet->ip, server->address, vip->dscp, change))
        return -1;
    return ss_readdress_transport(ctx, packet, ipv6, error != 0, change);
}

#endif /* SIPSTEER_BPF_READDRESS_H */
