/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fragmented messages and the call table. The first fragment has all that chooses a server, but it
 * is no message that a server takes: who sends it alone must not make, confirm or end a call. So
 * what the message does to its call waits in the datagram's entry (struct ss_pending), with the sum
 * of what has passed. The fragment that makes the datagram whole does it, if the checksum is right.
 *
 * A datagram of which more gaps would have to be followed than the entry can hold is never known to
 * be whole: it reaches its server and changes nothing.
 */
#ifndef SIPSTEER_BPF_WHOLE_H
#define SIPSTEER_BPF_WHOLE_H

#include "../guard/guard_limits.h"
#include "../message/belief.h"
#include "../net/fragments.h"
#include "select.h"

/*
 * enum ss_event of a first fragment's message. A response that went to the server that had asked
 * for it makes no entry, but where a dialog begins (ss_select_sender).
 */
SS_INLINE __u8 ss_pending_event(const struct ss_key *key, const struct ss_outcome *outcome) {
    int answers = outcome->reason == SS_REASON_VIA_SERVER;
    return answers && key->event == SS_EVENT_RESPONSE ? SS_EVENT_COPY : key->event;
}

/* What a first fragment's message does to its call once it is whole. */
SS_INLINE void ss_pend(struct xdp_md *ctx, const struct ss_packet *packet, const struct ss_key *key,
                       struct ss_outcome *outcome, struct ss_pending *pending) {
    if (key->todo != SS_CHOOSE || key->event == SS_EVENT_DOUBTFUL)
        return;
    const struct ss_text header = ss_text_of(ctx, packet->transport, 8);
    const __u8 *udp = ss_text_at(&header, 0);
    if (udp + 8 > header.limit)
        return;
    pending->length = (__u16)(udp[4] << 8 | udp[5]);
    pending->pool = outcome->pool;
    pending->attempt = key->attempt;
    pending->dialog = key->dialog;
    pending->event = ss_pending_event(key, outcome);
    pending->method = key->method;
    pending->unsummed = ss_has_no_sum(ctx, packet) || ss_sums_come_later(ctx);
    if (!pending->unsummed)
        pending->sum = ss_udp_header_sum(ctx, packet) + ss_part_sum(ctx, packet);
    outcome->waits = 1;
}

/* A datagram is whole, with a server: makes the key of what its message does to its call. */
SS_INLINE void ss_make_pending_key(const struct ss_fragment *fragment, struct ss_key *key) {
    const struct ss_pending *pending = &fragment->pending;
    if (fragment->server >= SS_MAX_SERVERS || !ss_is_taken(pending))
        return;
    key->ring = key->hash;
    key->attempt = pending->attempt;
    key->dialog = pending->dialog;
    key->event = pending->event;
    key->method = pending->method;
    key->mode = SS_POOL_STATEFUL;
    key->from_sip = 1;
    key->todo = SS_NOTE;
    key->sender = fragment->server + 1;
}

/*
 * The same of a first fragment's key, if it is the last one to come: the others are held, and
 * follow it.
 */
SS_INLINE void ss_take_up_key(const struct ss_outcome *outcome, struct ss_key *key) {
    key->event = ss_pending_event(key, outcome);
    key->todo = SS_NOTE;
    key->sender = (__u16)(outcome->server + 1);
}

/* Does what such a key is made for. The outcome's server stays: it gets the datagram. */
SS_INLINE void ss_settle_whole(const struct ss_packet *packet, struct ss_key *key,
                               struct ss_outcome *outcome) {
    __u32 reason = outcome->reason;
    outcome->method = key->method;
    ss_select(outcome->pool, key, outcome);
    if (outcome->event == SS_CALL_EVENT_CONFIRMED)
        ss_guard_learn(packet, outcome->service);
    outcome->server = key->sender - 1U;
    if (outcome->reason != SS_REASON_CALL_NO_ROOM)
        outcome->reason = reason;
}

#endif /* SIPSTEER_BPF_WHOLE_H */
