/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From the frame to the UDP payload: Ethernet, up to two VLAN tags, IPv4 with options or IPv6 with
 * extension headers, UDP. Judges nothing: what cannot be parsed is left to the kernel.
 */
#ifndef SIPSTEER_BPF_PARSE_H
#define SIPSTEER_BPF_PARSE_H

#include "packet.h"
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

struct ss_vlan_header {
    __be16 tci;
    __be16 ethertype;
};

#define SS_VLAN_ID_MASK 0x0fff

#define SS_IP_MORE_FRAGMENTS 0x2000
#define SS_IP_OFFSET_MASK 0x1fff

/* Parsing went well; any other value is the reason it did not (enum ss_reason). */
#define SS_PARSED 0xff

SS_INLINE int ss_is_vlan(__be16 ethertype) {
    return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

/*
 * Ethernet and VLAN tags. Sets ip, tags and vlan, that of the outer tag; one of VID 0 has a
 * priority alone (IEEE 802.1Q, 6.9.1), and the next tag names the VLAN. Gives the EtherType of what
 * follows, 0 for a frame too short.
 */
SS_INLINE __be16 ss_parse_ethernet(struct xdp_md *ctx, struct ss_packet *packet) {
    __u8 *data = ss_data(ctx);
    __u8 *end = ss_data_end(ctx);
    struct ethhdr *eth = (struct ethhdr *)data;
    if ((__u8 *)(eth + 1) > end)
        return 0;
    __be16 ethertype = eth->h_proto;
    packet->ip = sizeof(*eth);
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
        struct ss_vlan_header *tag = (struct ss_vlan_header *)(data + packet->ip);
        if (!ss_is_vlan(ethertype))
            break;
        if ((__u8 *)(tag + 1) > end)
            return 0;
        if (!packet->vlan)
            packet->vlan = bpf_ntohs(tag->tci) & SS_VLAN_ID_MASK;
        ethertype = tag->ethertype;
        packet->tags++;
        packet->ip += sizeof(*tag);
    }
    return ethertype;
}

SS_INLINE void ss_map_ipv4(__u8 mapped[16], __be32 address) {
    __builtin_memset(mapped, 0, 10);
    mapped[10] = 0xff;
    mapped[11] = 0xff;
    __builtin_memcpy(mapped + 12, &address, 4);
}

/* start: offset in the datagram's payload, bytes. more: fragments follow. */
SS_INLINE void ss_note_fragment(struct ss_packet *packet, __u32 start, int more) {
    packet->fragment_start = (__u16)start;
    packet->more = more != 0;
    if (start)
        packet->part = SS_LATER_FRAGMENT;
    else if (more)
        packet->part = SS_FIRST_FRAGMENT;
}

/* IPv4 (RFC 791). Sets the addresses, protocol, transport and the fragment's part and id. */
SS_INLINE int ss_parse_ipv4(struct xdp_md *ctx, struct ss_packet *packet, __u32 *ip_end) {
    __u8 *end = ss_data_end(ctx);
    struct iphdr *ip = (struct iphdr *)ss_at(ctx, packet->ip);
    if ((__u8 *)(ip + 1) > end)
        return SS_REASON_MALFORMED;
    __u32 header = ip->ihl * 4;
    __u32 total = bpf_ntohs(ip->tot_len);
    ss_map_ipv4(packet->source, ip->saddr);
    ss_map_ipv4(packet->destination, ip->daddr);
    if (ip->version != 4 || header < sizeof(*ip) || total < header)
        return SS_REASON_MALFORMED;
    __u16 fragment = bpf_ntohs(ip->frag_off);
    ss_note_fragment(packet, (fragment & SS_IP_OFFSET_MASK) * 8, fragment & SS_IP_MORE_FRAGMENTS);
    packet->fragment_id = ip->id;
    packet->protocol = ip->protocol;
    packet->transport = (__u16)(packet->ip + header);
    packet->fragment = packet->transport;
    *ip_end = packet->ip + total;
    return SS_PARSED;
}

/* The fragment header (RFC 8200, 4.5). */
struct ss_ipv6_fragment {
    __u8 next;
    __u8 zero;
    __be16 offset_flags;
    __be32 id;
};

#define SS_IPV6_MORE_FRAGMENTS 0x0001
#define SS_IPV6_OFFSET_MASK 0xfff8

/* A header chain has at most this many extension headers here; RFC 8200, 4.1 wants seven. */
#define SS_MAX_EXTENSIONS 8

/* Whether next names an extension header laid out as RFC 6564, 4 says: next, length in octets/8. */
SS_INLINE int ss_is_plain_extension(__u8 next) {
    return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
           next == IPPROTO_MH || next == 139 /* HIP */ || next == 140 /* Shim6 */;
}

/*
 * One extension header: see ss_parse_extensions. Gives 1 if there was one, 0 if not, -1 if it does
 * not fit.
 */
SS_INLINE int ss_parse_extension(struct xdp_md *ctx, struct ss_packet *packet) {
    __u8 *header = ss_at(ctx, packet->transport);
    __u8 *end = ss_data_end(ctx);
    __u8 next = packet->protocol;
    if (next == IPPROTO_FRAGMENT) {
        struct ss_ipv6_fragment *fragment = (struct ss_ipv6_fragment *)header;
        if ((__u8 *)(fragment + 1) > end)
            return -1;
        __u16 flags = bpf_ntohs(fragment->offset_flags);
        packet->fragment_id = fragment->id;
        ss_note_fragment(packet, flags & SS_IPV6_OFFSET_MASK, flags & SS_IPV6_MORE_FRAGMENTS);
        packet->protocol = fragment->next;
        packet->transport += sizeof(*fragment);
        packet->fragment = packet->transport; /* headers behind this one are part of what was cut */
        return packet->part == SS_LATER_FRAGMENT ? 0 : 1; /* it has no further header */
    }
    if (!ss_is_plain_extension(next) && next != IPPROTO_AH)
        return 0;
    if (header + 2 > end)
        return -1;
    packet->protocol = header[0];
    /* The authentication header counts in units of four octets (RFC 4302, 2.2). */
    packet->transport += next == IPPROTO_AH ? (header[1] + 2) * 4 : (header[1] + 1) * 8;
    return 1;
}

/*
 * IPv6's extension headers: at transport, the first one of the type that protocol has. Sets both to
 * what follows them. SS_PARSED, or the reason why that cannot be found.
 */
SS_STAGE int ss_parse_extensions(struct xdp_md *ctx, struct ss_packet *packet) {
    int found = 1;
    if (!packet)
        return SS_REASON_MALFORMED;
    /* The last pass finds that no further one follows. */
    for (int i = 0; i <= SS_MAX_EXTENSIONS && found == 1; i++)
        found = ss_parse_extension(ctx, packet);
    if (found < 0)
        return SS_REASON_MALFORMED;
    return found > 0 ? SS_REASON_EXTENSIONS : SS_PARSED;
}

/* IPv6 (RFC 8200), as for IPv4. */
SS_INLINE int ss_parse_ipv6(struct xdp_md *ctx, struct ss_packet *packet, __u32 *ip_end) {
    __u8 *end = ss_data_end(ctx);
    struct ipv6hdr *ip = (struct ipv6hdr *)ss_at(ctx, packet->ip);
    if ((__u8 *)(ip + 1) > end)
        return SS_REASON_MALFORMED;
    __builtin_memcpy(packet->source, &ip->saddr, 16);
    __builtin_memcpy(packet->destination, &ip->daddr, 16);
    if (ip->version != 6)
        return SS_REASON_MALFORMED;
    packet->protocol = ip->nexthdr;
    packet->transport = packet->ip + sizeof(*ip);
    *ip_end = packet->transport + bpf_ntohs(ip->payload_len);
    int result = ss_parse_extensions(ctx, packet);
    /* A later fragment names the header behind the fragment header: not UDP's, if that is another.
     */
    if (packet->part == SS_LATER_FRAGMENT &&
        (ss_is_plain_extension(packet->protocol) || packet->protocol == IPPROTO_AH))
        packet->protocol = IPPROTO_UDP;
    return result;
}

/* UDP (RFC 768). Sets the ports and where the message is, within ip_end. */
SS_INLINE int ss_parse_udp(struct xdp_md *ctx, struct ss_packet *packet, __u32 ip_end) {
    struct udphdr *udp = (struct udphdr *)ss_at(ctx, packet->transport);
    if ((__u8 *)(udp + 1) > ss_data_end(ctx))
        return SS_REASON_MALFORMED;
    packet->source_port = udp->source;
    packet->destination_port = udp->dest;
    packet->message = packet->transport + sizeof(*udp);
    __u32 message_end = packet->transport + bpf_ntohs(udp->len);
    /* The datagram's end lies behind this frame's in a first fragment. */
    if (packet->part == SS_FIRST_FRAGMENT && message_end > ip_end)
        message_end = ip_end;
    if (message_end < packet->message || message_end > ip_end)
        return SS_REASON_MALFORMED;
    packet->message_length = (__u16)(message_end - packet->message);
    return SS_PARSED;
}

SS_INLINE int ss_is_icmp(const struct ss_packet *packet) {
    return packet->part == SS_WHOLE &&
           (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6);
}

/*
 * The whole packet. Gives SS_PARSED, or the reason why it cannot be for a service. A later
 * fragment and ICMP are parsed up to the IP header.
 */
SS_STAGE int ss_parse(struct xdp_md *ctx, struct ss_packet *packet) {
    if (!packet)
        return SS_REASON_MALFORMED;
    __be16 ethertype = ss_parse_ethernet(ctx, packet);
    __u32 ip_end = 0;
    int result;
    if (ethertype == bpf_htons(ETH_P_IP))
        result = ss_parse_ipv4(ctx, packet, &ip_end);
    else if (ethertype == bpf_htons(ETH_P_IPV6))
        result = ss_parse_ipv6(ctx, packet, &ip_end);
    else
        return SS_REASON_NOT_IP;
    if (result != SS_PARSED)
        return result;
    /* Nor may the frame be cut short: it might end within the Call-ID. */
    if (ip_end < packet->transport || ip_end > packet->frame)
        return SS_REASON_MALFORMED;
    packet->fragment_length =
        (__u16)(ip_end - (packet->part == SS_WHOLE ? packet->transport : packet->fragment));
    if (ss_is_icmp(packet))
        return SS_PARSED;
    if (packet->protocol != IPPROTO_UDP)
        return SS_REASON_NOT_UDP;
    if (packet->part == SS_LATER_FRAGMENT) {
        packet->message = packet->fragment;
        packet->message_length = packet->fragment_length;
        return SS_PARSED;
    }
    return ss_parse_udp(ctx, packet, ip_end);
}

#endif /* SIPSTEER_BPF_PARSE_H */
