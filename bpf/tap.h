/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Shows packets to the controller (sipsteer/tap.h). When it does not keep up, packets are not
 * shown; they are never held up.
 */
#ifndef SIPSTEER_BPF_TAP_H
#define SIPSTEER_BPF_TAP_H

#include "message/key.h"
#include "net/maps.h"
#include "net/packet.h"

/* Whether the leading bits of two addresses are the same. */
SS_INLINE int ss_same_prefix(const __u8 *one, const __u8 *other, __u32 bits) {
    __u64 a[2], b[2];
    __builtin_memcpy(a, one, 16);
    __builtin_memcpy(b, other, 16);
    __u64 high = bpf_be64_to_cpu(a[0] ^ b[0]);
    __u64 low = bpf_be64_to_cpu(a[1] ^ b[1]);
    if (bits < 64)
        return !bits || !(high >> (64 - bits));
    return !high && (bits == 64 || !(low >> ((128 - bits) & 63)));
}

/* The client a packet is from or, if it is an ICMP error (icmp.h), about. */
SS_INLINE const __u8 *ss_tap_client(const struct ss_packet *packet,
                                    const struct ss_outcome *outcome) {
    return outcome->reason == SS_REASON_ICMP_ERROR ? packet->destination : packet->source;
}

SS_INLINE int ss_tap_wants(const struct ss_tap *tap, const struct ss_packet *packet, __u64 key,
                           const struct ss_outcome *outcome) {
    return tap->on && (tap->server == SS_TAP_ANY || tap->server == outcome->server) &&
           (tap->reason == SS_TAP_ANY || tap->reason == outcome->reason) &&
           (__u32)(key >> 32) <= tap->sample && (!tap->key || tap->key == key) &&
           ss_same_prefix(tap->source, ss_tap_client(packet, outcome), tap->prefix);
}

/*
 * Whether the events of calls take a packet. One whose call took another one's place always: the
 * controller knows whether that one was followed. A first fragment of a message that waits is shown
 * for its Call-ID: the fragment that is taken for it has none.
 */
SS_INLINE int ss_is_call_event(const struct ss_tap *tap, const struct ss_packet *packet, __u64 key,
                               const struct ss_outcome *outcome) {
    if (outcome->displaced || outcome->expired)
        return tap->on != 0;
    return (outcome->event || outcome->waits) && ss_tap_wants(tap, packet, key, outcome);
}

/* The taps that want a packet, as bits. */
SS_INLINE __u32 ss_tapped_by(const struct ss_taps *on, const struct ss_packet *packet, __u64 key,
                             const struct ss_outcome *outcome) {
    __u32 taken = 0;
    if (ss_is_call_event(&on->tap[SS_TAP_CALLS], packet, key, outcome))
        taken |= 1U << SS_TAP_CALLS;
    if (ss_tap_wants(&on->tap[SS_TAP_TRACE], packet, key, outcome))
        taken |= 1U << SS_TAP_TRACE;
    return taken;
}

SS_INLINE void ss_tap_drop(__u32 taken) {
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < SS_TAPS; i++) {
        __u32 tap = i;
        __u64 *dropped = bpf_map_lookup_elem(&tap_dropped, &tap);
        if (dropped && (taken & 1U << i))
            (*dropped)++;
    }
}

SS_INLINE void ss_tap_describe(struct xdp_md *ctx, __u64 key, const struct ss_outcome *outcome,
                               struct ss_tapped *shown) {
    shown->time = bpf_ktime_get_ns();
    shown->key = key;
    shown->ifindex = ctx->ingress_ifindex;
    shown->queue = ctx->rx_queue_index;
    shown->server = outcome->server;
    shown->service = outcome->matched ? (__u16)outcome->service : SS_TAP_NO_SERVICE;
    shown->pool = outcome->pool;
    shown->verdict = (__u8)outcome->verdict;
    shown->reason = (__u8)outcome->reason;
    shown->method = outcome->method;
    shown->event = outcome->event;
    shown->displaced = outcome->displaced;
    shown->expired = outcome->expired;
    shown->gone = outcome->gone;
    shown->message = outcome->message;
}

/*
 * Shows a packet to the taps that want it, after all is decided and written: what is shown of a
 * packet that is sent on is what the server gets. 0, always.
 */
SS_STAGE int ss_tap(struct xdp_md *ctx, const struct ss_packet *packet, __u64 key,
                    const struct ss_outcome *outcome) {
    __u32 zero = 0;
    struct ss_taps *on = bpf_map_lookup_elem(&taps, &zero);
    struct ss_tapped_frame *draft = bpf_map_lookup_elem(&tap_draft, &zero);
    if (!packet || !outcome || !on || !draft)
        return 0;
    __u32 taken = ss_tapped_by(on, packet, key, outcome);
    if (!taken)
        return 0;
    __u32 snap = on->tap[taken >> 1].snap; /* the trace's, if it is one of them */
    __u32 length = (__u32)bpf_xdp_get_buff_len(ctx);
    draft->tapped.frame = length;
    if (length > snap)
        length = snap;
    if (length > SS_TAP_FRAME)
        length = SS_TAP_FRAME;
    if (!length)
        return 0;
    length = ss_at_least_one(length);
    if (bpf_xdp_load_bytes(ctx, 0, draft->frame, length))
        return 0;
    ss_tap_describe(ctx, key, outcome, &draft->tapped);
    draft->tapped.length = length;
    draft->tapped.taps = (__u8)taken;
    if (bpf_ringbuf_output(&tapped, draft, sizeof(draft->tapped) + length, 0))
        ss_tap_drop(taken);
    return 0;
}

/*
 * Whether a tap may want it: one look, if none is on. Shown is what is for a service, and
 * what is dropped without it being known for which: fragments that came before their first one.
 */
SS_INLINE int ss_may_be_shown(const struct ss_outcome *outcome) {
    __u32 zero = 0;
    if (!outcome->matched && outcome->verdict != SS_VERDICT_DROP)
        return 0;
    const struct ss_taps *on = bpf_map_lookup_elem(&taps, &zero);
    return on && (on->tap[SS_TAP_CALLS].on || on->tap[SS_TAP_TRACE].on);
}

#endif /* SIPSTEER_BPF_TAP_H */
