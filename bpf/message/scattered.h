/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Messages in frames of several pieces (xdp.frags, jumbo frames): the Call-ID may lie behind the
 * first piece, which is all that the program can point into.
 */
#ifndef SIPSTEER_BPF_SCATTERED_H
#define SIPSTEER_BPF_SCATTERED_H

#include "key.h"

/* A copy of the message, in one piece. 0, or -1 if there is none. */
SS_INLINE int ss_gather(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_text *text) {
    __u32 zero = 0;
    struct ss_message_copy *draft = bpf_map_lookup_elem(&message_draft, &zero);
    __u32 length = packet->message_length < SS_TEXT_MAX ? packet->message_length : SS_TEXT_MAX;
    if (!draft || !length)
        return -1;
    length = ss_at_least_one(length);
    if (bpf_xdp_load_bytes(ctx, packet->message, draft->bytes, length))
        return -1;
    text->start = draft->bytes;
    text->limit = draft->bytes + length;
    text->noise = ctx->rx_queue_index;
    text->length = ss_forget(text, length);
    return 0;
}

/* As ss_make_key(), from a copy of the message. */
SS_STAGE int ss_make_key_scattered(struct xdp_md *ctx, const struct ss_packet *packet,
                                   struct ss_key *key) {
    struct ss_text text;
    if (!packet || !key || ss_gather(ctx, packet, &text))
        return 0;
    int whole = packet->part != SS_FIRST_FRAGMENT && packet->message_length <= SS_TEXT_MAX;
    return ss_key_of_text(&text, whole, key);
}

#endif /* SIPSTEER_BPF_SCATTERED_H */
