/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP errors about datagrams that a server sent from the VIP. They come to the VIP, so to the
 * director; the server needs them (too big: path MTU; port unreachable: the phone is gone). The
 * error quotes the datagram (RFC 792; RFC 4443, 3; RFC 4884): its source is the service.
 */
#ifndef SIPSTEER_BPF_ICMP_H
#define SIPSTEER_BPF_ICMP_H

#include "../message/key.h"
#include "../net/flow.h"
#include "../net/maps.h"
#include "../net/packet.h"
#include "../net/parse.h"
#include <linux/icmpv6.h>

#define SS_ICMP_HEADER 8

/* RFC 792; <linux/icmp.h> has them, but brings in the C library's headers. */
#define SS_ICMP_UNREACHABLE 3
#define SS_ICMP_TIME_EXCEEDED 11
#define SS_ICMP_PARAMETER_PROBLEM 12

SS_INLINE int ss_is_icmp_error(const struct ss_packet *packet, __u8 type) {
    if (packet->protocol == IPPROTO_ICMP)
        return type == SS_ICMP_UNREACHABLE || type == SS_ICMP_TIME_EXCEEDED ||
               type == SS_ICMP_PARAMETER_PROBLEM;
    return type == ICMPV6_DEST_UNREACH || type == ICMPV6_PKT_TOOBIG || type == ICMPV6_TIME_EXCEED ||
           type == ICMPV6_PARAMPROB;
}

SS_INLINE int ss_is_ipv4_destination(const struct ss_packet *packet, __be32 address) {
    __be32 destination;
    __builtin_memcpy(&destination, packet->destination + 12, sizeof(destination));
    return destination == address;
}

SS_INLINE int ss_is_ipv6_destination(const struct ss_packet *packet, const struct in6_addr *from) {
    __u64 ours[2], theirs[2];
    __builtin_memcpy(ours, packet->destination, 16);
    __builtin_memcpy(theirs, from, 16);
    return ours[0] == theirs[0] && ours[1] == theirs[1];
}

/* IPv4 of a quoted datagram, at an offset into the frame: see ss_parse_quoted_ip. */
SS_INLINE int ss_parse_quoted_ipv4(struct xdp_md *ctx, struct ss_packet *packet, __u32 offset) {
    struct iphdr *ip = (struct iphdr *)ss_at(ctx, offset);
    if ((__u8 *)(ip + 1) > ss_data_end(ctx) || ip->version != 4 || ip->ihl < 5 ||
        ip->protocol != IPPROTO_UDP || !ss_is_ipv4_destination(packet, ip->saddr) ||
        (ip->frag_off & bpf_htons(SS_IP_OFFSET_MASK)))
        return -1;
    packet->transport = (__u16)(offset + ip->ihl * 4);
    ss_map_ipv4(packet->source, ip->saddr);
    ss_map_ipv4(packet->destination, ip->daddr);
    return 0;
}

/* IPv6: UDP may lie behind extension headers, the one of a first fragment among them. */
SS_INLINE int ss_parse_quoted_ipv6(struct xdp_md *ctx, struct ss_packet *packet, __u32 offset) {
    struct ipv6hdr *ip = (struct ipv6hdr *)ss_at(ctx, offset);
    if ((__u8 *)(ip + 1) > ss_data_end(ctx) || ip->version != 6 ||
        !ss_is_ipv6_destination(packet, &ip->saddr))
        return -1;
    __builtin_memcpy(packet->source, &ip->saddr, 16);
    __builtin_memcpy(packet->destination, &ip->daddr, 16);
    packet->protocol = ip->nexthdr;
    packet->transport = (__u16)(offset + sizeof(*ip));
    if (ss_parse_extensions(ctx, packet) != SS_PARSED)
        return -1;
    return packet->protocol == IPPROTO_UDP && packet->part != SS_LATER_FRAGMENT ? 0 : -1;
}

/*
 * The quoted IP header, at an offset into the frame: sets addresses and transport. 0, or -1 if it
 * is not of a UDP datagram, or not of one that was sent from the address the error came to. A later
 * fragment has no ports.
 */
SS_INLINE int ss_parse_quoted_ip(struct xdp_md *ctx, struct ss_packet *packet, __u32 offset) {
    return packet->protocol == IPPROTO_ICMP ? ss_parse_quoted_ipv4(ctx, packet, offset)
                                            : ss_parse_quoted_ipv6(ctx, packet, offset);
}

/*
 * Takes the datagram that an ICMP error quotes for the packet: from here on addresses, ports and
 * message are the quoted ones. 1 if the packet is such an error.
 */
SS_STAGE int ss_parse_icmp_error(struct xdp_md *ctx, struct ss_packet *packet) {
    if (!packet)
        return 0;
    __u8 *icmp = ss_at(ctx, packet->transport);
    __u32 end = packet->transport + packet->fragment_length;
    if (icmp + SS_ICMP_HEADER > ss_data_end(ctx) || !ss_is_icmp_error(packet, icmp[0]))
        return 0;
    if (ss_parse_quoted_ip(ctx, packet, packet->transport + SS_ICMP_HEADER))
        return 0;
    struct udphdr *udp = (struct udphdr *)ss_at(ctx, packet->transport);
    if ((__u8 *)(udp + 1) > ss_data_end(ctx))
        return 0;
    packet->source_port = udp->source;
    packet->destination_port = udp->dest;
    packet->message = packet->transport + sizeof(*udp);
    packet->message_length = (__u16)(end > packet->message ? end - packet->message : 0);
    packet->part = SS_FIRST_FRAGMENT; /* for the key: the message may be cut off */
    return 1;
}

/* The service that sent the quoted datagram, or NULL. */
SS_INLINE struct ss_service *ss_match_quoted(const struct ss_packet *packet) {
    struct ss_service_key key = {.port = packet->source_port, .protocol = IPPROTO_UDP};
    __builtin_memcpy(key.address, packet->source, 16);
    return bpf_map_lookup_elem(&services, &key);
}

#endif /* SIPSTEER_BPF_ICMP_H */
