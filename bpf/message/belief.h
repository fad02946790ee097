/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a SIP server would take a message. The call table believes no other: a datagram that
 * every server drops must not make, confirm, end or move a call. Looked at only where a message
 * would do that.
 */
#ifndef SIPSTEER_BPF_BELIEF_H
#define SIPSTEER_BPF_BELIEF_H

#include "../text/complete.h"
#include "../text/sum.h"
#include "key.h"
#include "scattered.h"

#include <linux/in.h>
#include <sipsteer/link.h>

/* A part of the frame's first piece. */
SS_INLINE struct ss_text ss_text_of(struct xdp_md *ctx, __u32 offset, __u32 length) {
    struct ss_text text = {ss_at(ctx, offset), ss_data_end(ctx), 0, ctx->rx_queue_index};
    text.length = ss_forget(&text, length);
    return text;
}

/* Whether IPv4's header has the right checksum (RFC 791, 3.1); IPv6's has none. */
SS_STAGE int ss_ip_sum_is_right(struct xdp_md *ctx, const struct ss_packet *packet) {
    if (!packet)
        return 0;
    const __u8 *ip = ss_at(ctx, packet->ip);
    SS_PIN(ip);
    if (ip + 20 > ss_data_end(ctx))
        return 0;
    if (*ip == 0x45) /* without options */
        return ss_sum_fold((__u32)bpf_csum_diff(NULL, 0, (__be32 *)ip, 20, 0)) == 0xffff;
    const struct ss_text text = ss_text_of(ctx, packet->ip, (__u32)packet->transport - packet->ip);
    return *ip >> 4 == 6 || ss_sum_fold(ss_sum_text(&text)) == 0xffff;
}

/* The sum of what UDP's checksum covers but the message (RFC 768; RFC 8200, 8.1). */
SS_INLINE __u64 ss_udp_header_sum(struct xdp_md *ctx, const struct ss_packet *packet) {
    __u64 source[2], destination[2];
    __builtin_memcpy(source, packet->source, 16);
    __builtin_memcpy(destination, packet->destination, 16);
    /* ffff, which an IPv4 address has before it here, is a zero of this arithmetic. */
    __u64 sum = ss_sum_word(source[0]) + ss_sum_word(source[1]) + ss_sum_word(destination[0]) +
                ss_sum_word(destination[1]) + bpf_htons(IPPROTO_UDP);
    const struct ss_text header = ss_text_of(ctx, packet->transport, 8);
    const __u8 *p = ss_text_at(&header, 0);
    if (p + 8 > header.limit)
        return 0;
    __be16 length;
    __builtin_memcpy(&length, p + 4, sizeof(length));
    return sum + length + ss_sum_word(ss_load_8(p));
}

/* Whether there is no checksum, as only IPv4 may have it. */
SS_INLINE int ss_has_no_sum(struct xdp_md *ctx, const struct ss_packet *packet) {
    const __u8 *udp = ss_at(ctx, packet->transport);
    const __u8 *ip = ss_at(ctx, packet->ip);
    return udp + 8 <= ss_data_end(ctx) && ip + 1 <= ss_data_end(ctx) && !udp[6] && !udp[7] &&
           *ip >> 4 == 4;
}

/* The sum of what the frame has of a message; of a later fragment, its part of the datagram. */
SS_STAGE __u64 ss_payload_sum(struct xdp_md *ctx, const struct ss_packet *packet) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_sum_text(&text);
}

/* The same of one that lies in several pieces; 0 if that cannot be read. */
SS_STAGE __u64 ss_payload_sum_scattered(struct xdp_md *ctx, const struct ss_packet *packet) {
    struct ss_text text;
    if (!packet || ss_gather(ctx, packet, &text))
        return 0;
    return ss_sum_text(&text);
}

SS_INLINE __u64 ss_part_sum(struct xdp_md *ctx, const struct ss_packet *packet) {
    return ss_in_one_piece(ctx, packet) ? ss_payload_sum(ctx, packet)
                                        : ss_payload_sum_scattered(ctx, packet);
}

SS_STAGE int ss_udp_sum_is_right(struct xdp_md *ctx, const struct ss_packet *packet) {
    if (!packet)
        return 0;
    return ss_has_no_sum(ctx, packet) ||
           ss_sum_fold(ss_udp_header_sum(ctx, packet) + ss_part_sum(ctx, packet)) == 0xffff;
}

/* Whether frames come in here before their checksums are made (veth, tap and the like). */
SS_INLINE int ss_sums_come_later(struct xdp_md *ctx) {
    struct ss_link_key key = {.ifindex = ctx->ingress_ifindex, .vlan = SS_LINK_SUMS_LATER};
    return bpf_map_lookup_elem(&links, &key) != NULL;
}

/* Whether a server may get a later fragment: one with a wrong checksum completes no datagram. */
SS_INLINE int ss_ip_sum_may_be_right(struct xdp_md *ctx, const struct ss_packet *packet) {
    return ss_ip_sum_is_right(ctx, packet) || ss_sums_come_later(ctx);
}

SS_INLINE int ss_sums_are_right(struct xdp_md *ctx, const struct ss_packet *packet) {
    return ss_ip_sum_is_right(ctx, packet) && ss_udp_sum_is_right(ctx, packet);
}

/* Goes on with the walk through the headers to their end. 0, always. */
SS_STAGE int ss_find_rest(struct xdp_md *ctx, const struct ss_packet *packet,
                          struct ss_headers *headers) {
    if (!packet || !headers)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    ss_find_more_headers(&text, SS_TO_THE_END, headers);
    return 0;
}

SS_STAGE int ss_is_sound_message(struct xdp_md *ctx, const struct ss_packet *packet,
                                 const struct ss_key *key) {
    if (!packet || !key)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_is_sound(&text, key->method, &key->headers);
}

/*
 * Whether the call table believes a message that has a Call-ID, for a call in state. A first
 * fragment is no message yet: whole.h looks at its datagram's checksum.
 *
 * A request that begins a call is believed if any server may take it, or it would pass the limits;
 * one that confirms or ends a call, if none refuses it, or it would free a place that is in use.
 * What follows the headers is looked at where the first piece has all of the message.
 */
SS_STAGE int ss_is_believed(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key,
                            __u32 state) {
    if (!packet || !key)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    int first = packet->part == SS_FIRST_FRAGMENT;
    int begins = key->event == SS_EVENT_START;
    if (!ss_is_complete(&text, key->start, key->method, &key->headers, first, begins))
        return 0;
    if (first)
        return ss_ip_sum_is_right(ctx, packet);
    if (state != SS_CALL_EMPTY && !begins && ss_in_one_piece(ctx, packet)) {
        ss_find_rest(ctx, packet, &key->headers);
        if (!ss_is_sound_message(ctx, packet, key))
            return 0;
    }
    return ss_sums_are_right(ctx, packet) || ss_sums_come_later(ctx);
}

#endif /* SIPSTEER_BPF_BELIEF_H */
