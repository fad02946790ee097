/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * To the server: its MAC and VLAN into the frame, then out. Nothing above Ethernet is touched, the
 * TTL neither: the frame stays on its segment (DSR at layer 2). If the server is this host, the
 * kernel gets the frame as it came. If routers lie before the server, the datagram is for it first
 * (readdress.h).
 */
#ifndef SIPSTEER_BPF_FORWARD_H
#define SIPSTEER_BPF_FORWARD_H

#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "readdress.h"

/* Ethernet header and one tag. */
struct ss_tagged {
    __u8 destination[6];
    __u8 source[6];
    __be16 ethertype; /* of the tag */
    __be16 tci;
    __be16 inner; /* EtherType of what follows the tag */
};

/*
 * Puts a tag on an untagged frame, or takes the only tag off. 0, or -1 without headroom. The
 * addresses are written anew afterwards.
 */
SS_INLINE int ss_push_tag(struct xdp_md *ctx, __u16 vlan) {
    if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct ss_vlan_header)))
        return -1;
    struct ss_tagged *frame = (struct ss_tagged *)ss_data(ctx);
    __u8 *old = ss_data(ctx) + sizeof(struct ss_vlan_header);
    if (old + sizeof(struct ethhdr) > ss_data_end(ctx))
        return -1;
    frame->inner = ((struct ethhdr *)old)->h_proto;
    frame->ethertype = bpf_htons(ETH_P_8021Q);
    frame->tci = bpf_htons(vlan);
    return 0;
}

/* Without its FCS. What comes with a tag may be of this length and be shorter without it. */
#define SS_SHORTEST_FRAME 60

/*
 * Fills a frame up to the shortest that Ethernet knows (IEEE 802.3, 4.2.3.3), with zeros. One that
 * has no room stays as it is: an interface may fill it up itself.
 */
SS_INLINE void ss_pad(struct xdp_md *ctx) {
    __u32 length = (__u32)bpf_xdp_get_buff_len(ctx);
    if (length < SS_SHORTEST_FRAME)
        bpf_xdp_adjust_tail(ctx, (int)(SS_SHORTEST_FRAME - length));
}

SS_INLINE int ss_pop_tag(struct xdp_md *ctx) {
    struct ss_tagged *frame = (struct ss_tagged *)ss_data(ctx);
    if ((__u8 *)(frame + 1) > ss_data_end(ctx))
        return -1;
    __be16 inner = frame->inner;
    if (bpf_xdp_adjust_head(ctx, (int)sizeof(struct ss_vlan_header)))
        return -1;
    struct ethhdr *eth = (struct ethhdr *)ss_data(ctx);
    if ((__u8 *)(eth + 1) > ss_data_end(ctx))
        return -1;
    eth->h_proto = inner;
    ss_pad(ctx);
    return 0;
}

SS_INLINE int ss_rewrite_tag(struct xdp_md *ctx, __u16 vlan) {
    struct ss_tagged *frame = (struct ss_tagged *)ss_data(ctx);
    if ((__u8 *)(frame + 1) > ss_data_end(ctx))
        return -1;
    /* Priority and drop eligibility stay. */
    frame->tci = (frame->tci & ~bpf_htons(SS_VLAN_ID_MASK)) | bpf_htons(vlan);
    return 0;
}

/* Brings the frame into the server's VLAN. Two tags (QinQ) are a provider's business: left. */
SS_INLINE int ss_set_vlan(struct xdp_md *ctx, const struct ss_packet *packet, __u16 vlan) {
    if (packet->tags == 2 || packet->vlan == vlan)
        return 0;
    if (!packet->tags)
        return ss_push_tag(ctx, vlan);
    if (!vlan)
        return ss_pop_tag(ctx);
    return ss_rewrite_tag(ctx, vlan);
}

SS_INLINE int ss_set_addresses(struct xdp_md *ctx, const struct ss_server *server) {
    struct ethhdr *eth = (struct ethhdr *)ss_data(ctx);
    if ((__u8 *)(eth + 1) > ss_data_end(ctx))
        return -1;
    __builtin_memcpy(eth->h_dest, server->mac, ETH_ALEN);
    __builtin_memcpy(eth->h_source, server->source_mac, ETH_ALEN);
    return 0;
}

/* Forwards to outcome->server. Gives the XDP action and sets the verdict. */
SS_INLINE int ss_forward(struct xdp_md *ctx, const struct ss_packet *packet,
                         struct ss_outcome *outcome) {
    __u32 index = outcome->server; /* a key must be on the stack (6.1) */
    struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    outcome->verdict = SS_VERDICT_DROP;
    if (!server || !(server->flags & SS_SERVER_FORWARD)) {
        outcome->reason = SS_REASON_NO_SERVER;
        return XDP_DROP;
    }
    if (server->flags & SS_SERVER_LOCAL) {
        outcome->verdict = SS_VERDICT_PASS;
        return XDP_PASS;
    }
    if ((server->flags & SS_SERVER_DSCP) &&
        ss_readdress(ctx, packet, index, outcome->reason == SS_REASON_ICMP_ERROR)) {
        outcome->reason = SS_REASON_NO_CODE;
        return XDP_DROP;
    }
    if (ss_set_vlan(ctx, packet, server->vlan) || ss_set_addresses(ctx, server)) {
        outcome->reason = SS_REASON_NO_HEADROOM;
        return XDP_DROP;
    }
    if (server->ifindex == ctx->ingress_ifindex) {
        outcome->verdict = SS_VERDICT_TX;
        return XDP_TX;
    }
    if (bpf_redirect_map(&ports, server->ifindex, XDP_DROP) != XDP_REDIRECT) {
        outcome->reason = SS_REASON_NO_PORT;
        return XDP_DROP;
    }
    outcome->verdict = SS_VERDICT_REDIRECT;
    return XDP_REDIRECT;
}

#endif /* SIPSTEER_BPF_FORWARD_H */
