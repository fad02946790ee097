/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is done with a new call when no server can take it (enum ss_when_down).
 */
#ifndef SIPSTEER_BPF_REJECT_H
#define SIPSTEER_BPF_REJECT_H

#include "../message/key.h"
#include "../net/maps.h"
#include "../net/packet.h"
#include "../net/rate.h"

/* A request that gets an answer: an ACK gets none (RFC 3261, 17.1.1.3). */
SS_INLINE int ss_is_answered(const struct ss_key *key) {
    return key->from_sip && key->method != SS_METHOD_ACK && key->method < SS_METHOD_RESPONSE_1XX;
}

/*
 * Hands a request to the controller, which answers it. 1 if that was done. An answer is made of the
 * headers: of a long request, and of one that comes in fragments, the beginning is enough. Where
 * the headers do not end in that, the controller answers nothing.
 */
SS_STAGE int ss_hand_over(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                          const struct ss_outcome *outcome) {
    __u32 zero = 0;
    struct ss_rejected_message *draft = bpf_map_lookup_elem(&reject_draft, &zero);
    if (!packet || !outcome || !draft)
        return 0;
    __u32 length = packet->message_length;
    if (!length)
        return 0;
    if (length > SS_REJECTED_MESSAGE)
        length = SS_REJECTED_MESSAGE;
    length = (ss_at_least_one(length) - 1) & (SS_REJECTED_MESSAGE - 1);
    length++;
    if (bpf_xdp_load_bytes(ctx, packet->message, draft->message, length))
        return 0;
    draft->rejected.service = outcome->service;
    draft->rejected.pool = pool;
    draft->rejected.method = outcome->method;
    draft->rejected.length = length;
    __builtin_memcpy(draft->rejected.source, packet->source, 16);
    __builtin_memcpy(draft->rejected.destination, packet->destination, 16);
    draft->rejected.source_port = packet->source_port;
    draft->rejected.destination_port = packet->destination_port;
    return !bpf_ringbuf_output(&rejects, draft, sizeof(draft->rejected) + length, 0);
}

/* Gives the verdict on a message that no server takes. */
SS_INLINE __u32 ss_when_down(struct xdp_md *ctx, const struct ss_packet *packet,
                             const struct ss_key *key, __u32 pool_index, const struct ss_pool *pool,
                             const struct ss_outcome *outcome) {
    if (pool->when_down == SS_WHEN_DOWN_PASS)
        return SS_VERDICT_PASS;
    if (pool->when_down != SS_WHEN_DOWN_REJECT || !ss_is_answered(key))
        return SS_VERDICT_DROP;
    struct ss_pool_load *load = bpf_map_lookup_elem(&pool_load, &pool_index);
    if (!load || !ss_rate_take(&load->next_reject, pool->reject_gap, bpf_ktime_get_coarse_ns()))
        return SS_VERDICT_DROP;
    return ss_hand_over(ctx, packet, pool_index, outcome) ? SS_VERDICT_REJECT : SS_VERDICT_DROP;
}

#endif /* SIPSTEER_BPF_REJECT_H */
