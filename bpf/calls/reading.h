/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a message is for its call, as far as its first line does not show it. Only what the state of
 * the call asks for is read: of a confirmed call, the CSeq of responses and nothing else.
 *
 * It is read in the frame's first piece.
 */
#ifndef SIPSTEER_BPF_READING_H
#define SIPSTEER_BPF_READING_H

#include "../message/belief.h"
#include "../message/values.h"
#include "../text/attempt.h"
#include "../text/end.h"
#include "../text/named.h"
#include "../text/tag.h"
#include "call_attempts.h"
#include "call_state.h"
#include "known.h"

/* Stages of their own, so that each loop is verified once. */
SS_STAGE __u32 ss_hash_target(struct xdp_md *ctx, const struct ss_packet *packet, __u32 offset) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    return ss_line_hash(&text, secret, offset);
}

SS_STAGE __u32 ss_hash_branch(struct xdp_md *ctx, const struct ss_packet *packet, __u32 via) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    return ss_branch_hash(&text, secret, via);
}

SS_STAGE __u32 ss_hash_tag(struct xdp_md *ctx, const struct ss_packet *packet, __u32 value) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    return ss_tag_hash(&text, secret, value);
}

/* The attempt that a request is of; 0: not known. */
SS_STAGE __u32 ss_read_attempt(struct xdp_md *ctx, const struct ss_packet *packet,
                               const struct ss_key *key) {
    if (!packet || !key || !key->headers.value[SS_HEADER_CSEQ])
        return 0;
    __u32 target = ss_hash_target(ctx, packet, ss_request_uri_at(key->start, key->method));
    __u32 branch = ss_hash_branch(ctx, packet, key->headers.value[SS_HEADER_VIA]);
    __u32 from = ss_hash_tag(ctx, packet, key->headers.value[SS_HEADER_FROM]);
    __u32 number = ss_number_in_cseq(ctx, packet, key->headers.value[SS_HEADER_CSEQ]);
    return ss_attempt_of(target, branch, from, number);
}

/*
 * The dialog that a message is of; 0: not known; SS_DIALOG_NONE: a BYE of none, for From or To,
 * which the first piece has, has no tag with a value. Servers refuse that where the call has tags.
 */
SS_STAGE __u32 ss_read_dialog(struct xdp_md *ctx, const struct ss_packet *packet,
                              const struct ss_key *key) {
    if (!packet || !key)
        return 0;
    __u32 from = ss_hash_tag(ctx, packet, key->headers.value[SS_HEADER_FROM]);
    __u32 to = ss_hash_tag(ctx, packet, key->headers.value[SS_HEADER_TO]);
    if (key->event == SS_EVENT_END && ((!to && key->headers.value[SS_HEADER_TO]) ||
                                       (!from && key->headers.value[SS_HEADER_FROM])))
        return SS_DIALOG_NONE;
    return ss_dialog_of(from, to);
}

/* Whether a response, with this CSeq, ends the call that it belongs to (end.h). */
SS_STAGE int ss_ends_call(struct xdp_md *ctx, const struct ss_packet *packet, __u32 start,
                          __u32 cseq) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_is_end_of_bye(&text, start) && ss_is_of_bye(&text, cseq);
}

SS_STAGE __u64 ss_call_named_at(struct xdp_md *ctx, const struct ss_packet *packet, __u32 value) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    const struct ss_span call = ss_named_call(&text, value);
    return call.length ? ss_hash_text(secret, &text, call.offset, call.length) : 0;
}

/* The call that a header, whose value stands at an offset, names, if the table has it; else 0. */
SS_INLINE __u64 ss_call_named(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                              __u32 value) {
    __u64 call = value ? ss_call_named_at(ctx, packet, value) : 0;
    return call && ss_state_of(pool, call) != SS_CALL_EMPTY ? call : 0;
}

/*
 * What begins goes to the server of the call that it names: a server that does not have that
 * answers with 481 (RFC 3891, 3).
 */
SS_INLINE void ss_read_named(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                             struct ss_key *key) {
    __u64 call = 0;
    ss_find_rest(ctx, packet, &key->headers);
    if (key->method == SS_METHOD_INVITE)
        call = ss_call_named(ctx, packet, pool, key->headers.value[SS_HEADER_REPLACES]);
    if (!call)
        call = ss_call_named(ctx, packet, pool, key->headers.value[SS_HEADER_TARGET_DIALOG]);
    if (call)
        key->user = call;
}

/* Whether it matters which attempt a request is of. */
SS_INLINE int ss_asks_for_attempt(__u32 method, __u32 state) {
    if (method == SS_METHOD_INVITE)
        return 1;
    return (method == SS_METHOD_ACK || method == SS_METHOD_CANCEL) &&
           (state == SS_CALL_EARLY || state == SS_CALL_CLOSING);
}

SS_INLINE void ss_read_request(struct xdp_md *ctx, const struct ss_packet *packet, __u32 state,
                               struct ss_key *key) {
    __u32 method = key->method;
    if (state == SS_CALL_SOURCE || (state == SS_CALL_CONFIRMED && method != SS_METHOD_INVITE))
        return;
    if (ss_asks_for_tag(method, state) &&
        ss_is_tagged(ctx, packet, key->headers.value[SS_HEADER_TO]))
        key->event = (__u8)ss_event_in_dialog(method);
    if (key->event != SS_EVENT_REINVITE && ss_asks_for_attempt(method, state))
        key->attempt = ss_read_attempt(ctx, packet, key);
}

/*
 * Whether a response may begin a dialog that a server asked for: one to INVITE, SUBSCRIBE or REFER
 * (RFC 3261, 12.1; RFC 6665, 4.1; RFC 3515, 2.4.4).
 */
SS_INLINE int ss_begins_dialog(struct xdp_md *ctx, const struct ss_packet *packet,
                               const struct ss_key *key) {
    if (key->method != SS_METHOD_RESPONSE_1XX && key->method != SS_METHOD_RESPONSE_2XX)
        return 0;
    __u32 asked = ss_method_in_cseq(ctx, packet, key->headers.value[SS_HEADER_CSEQ]);
    return asked == SS_METHOD_INVITE || asked == SS_METHOD_SUBSCRIBE || asked == SS_METHOD_REFER;
}

/* What is behind the first line, as far as the state of the call asks for it. */
SS_INLINE void ss_read_more(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                            __u32 state, struct ss_key *key) {
    if (key->method < SS_METHOD_RESPONSE_1XX) {
        ss_read_request(ctx, packet, state, key);
        if (state == SS_CALL_EMPTY &&
            (key->event == SS_EVENT_START || key->event == SS_EVENT_OTHER))
            ss_read_named(ctx, packet, pool, key);
    } else if (state == SS_CALL_EMPTY) {
        if (key->sender && ss_begins_dialog(ctx, packet, key))
            key->event = SS_EVENT_DIALOG;
    } else if (state != SS_CALL_CLOSING &&
               ss_ends_call(ctx, packet, key->start, key->headers.value[SS_HEADER_CSEQ])) {
        key->event = SS_EVENT_ENDED;
    }
}

/* Whether it matters which dialog a message is of: it confirms a call that is known, or ends it. */
SS_INLINE int ss_asks_for_dialog(__u32 state, __u32 event) {
    if (ss_is_bye(event))
        return state != SS_CALL_EMPTY;
    return (state == SS_CALL_EARLY || state == SS_CALL_CLOSING) &&
           (event == SS_EVENT_ACK || event == SS_EVENT_REINVITE || event == SS_EVENT_DIALOG);
}

/*
 * An INVITE whose Call-ID lies behind its first fragment goes by its source, but it begins a call
 * all the same, which is bound by limits like others. So it gets an entry by what tells its attempt
 * from others of that source. Nothing that follows finds that: it is a live call for as long as an
 * early one lives.
 */
SS_INLINE int ss_is_invite_beyond(const struct ss_key *key) {
    return !key->from_sip && key->reason == SS_REASON_CALL_ID_BEYOND &&
           key->method == SS_METHOD_INVITE;
}

SS_STAGE __u32 ss_read_invite_beyond(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                                     struct ss_key *key) {
    if (!packet || !key)
        return SS_CALL_EMPTY;
    __u64 target = ss_hash_target(ctx, packet, ss_request_uri_at(key->start, key->method));
    __u64 branch = ss_hash_branch(ctx, packet, key->headers.value[SS_HEADER_VIA]);
    key->hash ^= ((target << 32 | branch) + 1) * 0x9e3779b97f4a7c15ULL;
    key->event = SS_EVENT_START;
    if (!ss_is_believed(ctx, packet, key, SS_CALL_EMPTY))
        key->event = SS_EVENT_DOUBTFUL;
    key->attempt = ss_attempt_of((__u32)target, (__u32)branch, 0, 1);
    return ss_state_of(pool, key->hash) & ~SS_CALL_TO_MOVE;
}

/* What an INVITE is for a call that the table has; SS_ATTEMPT_AGAIN if the call went. */
SS_STAGE __u32 ss_attempt_kind_in(__u32 pool, const struct ss_key *key) {
    struct ss_place place;
    if (!key)
        return SS_ATTEMPT_AGAIN;
    __u64 call = ss_call_position(key->hash, pool);
    if (ss_call_find(call, &place) || !place.entry)
        return SS_ATTEMPT_AGAIN;
    return ss_attempt_kind(&place, call, key->attempt);
}

/*
 * An INVITE that begins another call under the Call-ID of a confirmed one: it goes to that one's
 * server, but gets an entry of its own, by its attempt. Nothing that follows finds that: it is a
 * live call for as long as an early one lives. Gives what the table knows of that entry.
 */
SS_INLINE __u32 ss_read_beside(__u32 pool, struct ss_key *key) {
    key->user = key->hash;
    key->beside = 1;
    key->hash ^= ((__u64)key->attempt + 1) * 0x9e3779b97f4a7c15ULL;
    return ss_state_of(pool, key->hash);
}

/* Whether a call in state has had attempts. */
SS_INLINE int ss_may_have_attempts(__u32 state) {
    return state == SS_CALL_EARLY || state == SS_CALL_CONFIRMED || state == SS_CALL_CLOSING;
}

/*
 * An INVITE of no dialog, in a call that the table knows: one that came before changes nothing, and
 * need not be believed. known: as ss_state_of() gives it, for the key as it becomes, too.
 */
SS_INLINE __u32 ss_read_invite_again(__u32 pool, __u32 known, struct ss_key *key) {
    enum ss_attempt_kind kind = ss_attempt_kind_in(pool, key);
    if (kind != SS_ATTEMPT_COPY && (known & ~SS_CALL_TO_MOVE) == SS_CALL_CONFIRMED) {
        known = ss_read_beside(pool, key);
        if ((known & ~SS_CALL_TO_MOVE) != SS_CALL_EMPTY)
            kind = ss_attempt_kind_in(pool, key);
    }
    if (kind == SS_ATTEMPT_COPY)
        key->event = SS_EVENT_COPY;
    return known;
}

/*
 * Sets the key's event, attempt and dialog to what the message is for its call, and gives the state
 * of that (enum ss_call_state). The first line of a BYE and of a REGISTER shows which event they
 * are; of a believed BYE the dialog is read, too.
 */
SS_INLINE __u32 ss_read_for_call(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                                 struct ss_key *key) {
    if (key->mode != SS_POOL_STATEFUL)
        return SS_CALL_EMPTY;
    if (ss_is_invite_beyond(key))
        return ss_read_invite_beyond(ctx, packet, pool, key);
    if (!key->from_sip)
        return SS_CALL_EMPTY;
    __u32 known = ss_state_of(pool, key->hash);
    __u32 state = known & ~SS_CALL_TO_MOVE;
    if (key->method != SS_METHOD_BYE && key->method != SS_METHOD_REGISTER)
        ss_read_more(ctx, packet, pool, state, key);
    if (key->event == SS_EVENT_START && ss_may_have_attempts(state)) {
        known = ss_read_invite_again(pool, known, key);
        state = known & ~SS_CALL_TO_MOVE;
    }
    int moves = (known & SS_CALL_TO_MOVE) || key->method == SS_METHOD_REGISTER;
    if ((moves || ss_may_change(state, key->event)) && !ss_is_believed(ctx, packet, key, state))
        key->event = SS_EVENT_DOUBTFUL;
    if (ss_asks_for_dialog(state, key->event))
        key->dialog = (__u16)ss_read_dialog(ctx, packet, key);
    return state;
}

#endif /* SIPSTEER_BPF_READING_H */
