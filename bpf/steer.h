/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is done with a packet that was parsed: a message, a later fragment or an ICMP error for a
 * service; anything else goes to the kernel untouched.
 */
#ifndef SIPSTEER_BPF_STEER_H
#define SIPSTEER_BPF_STEER_H

#include "calls/reading.h"
#include "choose/icmp.h"
#include "choose/quoted.h"
#include "choose/reject.h"
#include "choose/select.h"
#include "choose/sender.h"
#include "choose/which_pool.h"
#include "choose/whole.h"
#include "guard/guard_malformed.h"
#include "guard/guard_strangers.h"
#include "message/extend.h"
#include "message/key.h"
#include "message/scattered.h"
#include "net/admit.h"
#include "net/flow.h"
#include "net/forward.h"
#include "net/fragments.h"
#include "net/guard.h"
#include "net/match.h"
#include "net/parse.h"

/* A stage's answer if it ends no packet's way: the next one takes over. */
#define SS_UNDECIDED (-1)

/* Ends a packet's way without a server. Gives the XDP action. */
SS_INLINE int ss_leave(struct ss_outcome *outcome, __u32 reason, __u32 verdict) {
    outcome->reason = reason;
    outcome->verdict = verdict;
    return verdict == SS_VERDICT_PASS ? XDP_PASS : XDP_DROP;
}

/* Likewise of a packet that is not admitted (admit.h): what is not for this host is not judged. */
SS_INLINE int ss_turn_away(struct ss_outcome *outcome, int reason) {
    return ss_leave(outcome, (__u32)reason,
                    reason == SS_REASON_MARTIAN ? SS_VERDICT_DROP : SS_VERDICT_PASS);
}

/* Likewise of one that the guard does not let pass (guard.h). */
SS_INLINE int ss_leave_denied(struct ss_outcome *outcome, __u32 action) {
    return ss_leave(outcome, action == SS_GUARD_OWN ? SS_REASON_MARTIAN : SS_REASON_DENIED,
                    SS_VERDICT_DROP);
}

/* Whether a packet for a service is admitted; martian: its source is (ss_is_martian). */
SS_INLINE int ss_admit(struct xdp_md *ctx, const struct ss_packet *packet, int martian) {
    int admitted = ss_admit_frame(ctx, packet);
    return admitted == SS_ADMITTED && martian ? SS_REASON_MARTIAN : admitted;
}

/* The key of a packet's message, wherever in the frame the Call-ID lies. */
SS_INLINE void ss_find_key(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    ss_classify_packet(ctx, packet, key);
    int found = ss_in_one_piece(ctx, packet) ? ss_make_key(ctx, packet, key)
                                             : ss_make_key_scattered(ctx, packet, key);
    if (!found)
        ss_make_source_key(ctx, packet, key);
}

/* Likewise of a message: what follows of its datagram, if it is a fragment, goes the same way. */
SS_INLINE int ss_leave_message(const struct ss_packet *packet, const struct ss_key *key,
                               struct ss_outcome *outcome, __u32 reason, __u32 verdict) {
    if (packet->part == SS_FIRST_FRAGMENT)
        ss_fragment_remember(packet, outcome->service,
                             verdict == SS_VERDICT_PASS ? SS_FRAGMENT_PASS : SS_FRAGMENT_DROP,
                             key->hash, NULL);
    return ss_leave(outcome, reason, verdict);
}

/* Whether a client's keep-alives are to go where this message goes: a server that knows it. */
SS_INLINE int ss_is_home(const struct ss_key *key) {
    return key->from_sip && key->event != SS_EVENT_DOUBTFUL &&
           (key->method == SS_METHOD_REGISTER || key->method == SS_METHOD_INVITE);
}

/* Remembers a first fragment's server, and what its message does once it is whole. */
SS_INLINE void ss_remember_first(struct xdp_md *ctx, const struct ss_packet *packet,
                                 struct ss_key *key, struct ss_outcome *outcome) {
    struct ss_pending pending = {};
    ss_pend(ctx, packet, key, outcome, &pending);
    if (ss_fragment_remember(packet, outcome->service, outcome->server, key->hash, &pending))
        ss_take_up_key(outcome, key);
}

/* Remembers what packets that cannot be steered by themselves are steered by. 0, always. */
SS_STAGE int ss_remember(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key,
                         struct ss_outcome *outcome) {
    if (!packet || !key || !outcome)
        return 0;
    if (packet->part == SS_FIRST_FRAGMENT)
        ss_remember_first(ctx, packet, key, outcome);
    if (outcome->renewed)
        ss_flow_remember(packet, outcome, ss_is_home(key));
    if (outcome->event == SS_CALL_EVENT_CONFIRMED)
        ss_guard_learn(packet, outcome->service);
    return 0;
}

/*
 * The server that a message goes to whatever its call, and 1: the one that a response is for, or
 * that the flow of a datagram without a Call-ID belongs to. 0: there is none.
 */
SS_STAGE __u32 ss_find_sender(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                              __u32 service, const struct ss_key *key) {
    if (!packet || !key)
        return 0;
    if (!key->from_sip)
        return packet->part == SS_WHOLE ? ss_flow_home(packet, service) : 0;
    if (key->method < SS_METHOD_RESPONSE_1XX)
        return 0;
    __u32 server = ss_sender(ctx, packet, pool, key->headers.value[SS_HEADER_VIA]);
    return server == SS_NO_SERVER ? 0 : server + 1;
}

/* What a pool does with a message without a Call-ID: enum ss_verdict; TX: it is steered. */
SS_INLINE __u32 ss_no_call_id_verdict(const struct ss_pool *pool) {
    if (pool->no_call_id == SS_NO_CALL_ID_PASS)
        return SS_VERDICT_PASS;
    return pool->no_call_id == SS_NO_CALL_ID_DROP ? SS_VERDICT_DROP : SS_VERDICT_TX;
}

/* A message for a pool: chooses its server. SS_UNDECIDED: it goes to the outcome's server. */
SS_INLINE int ss_steer_message(struct xdp_md *ctx, struct ss_packet *packet, struct ss_key *key,
                               struct ss_outcome *outcome) {
    __u32 pool_index = outcome->pool;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    if (!pool || !pool->in_use)
        return ss_leave_message(packet, key, outcome, SS_REASON_NO_SERVER, SS_VERDICT_DROP);
    __u32 verdict = ss_no_call_id_verdict(pool);
    if (ss_is_malformed(key) && !outcome->trusted)
        ss_guard_note_malformed(packet, outcome->service);
    if (!key->from_sip && verdict != SS_VERDICT_TX)
        return ss_leave_message(packet, key, outcome, key->reason, verdict);
    key->mode = pool->mode;
    key->by = pool->key;
    ss_extend_key(ctx, packet, pool, key);
    ss_fetch_calls(pool_index, pool->mode, key);
    key->sender = (__u16)ss_find_sender(ctx, packet, pool_index, outcome->service, key);
    if (packet->part == SS_FIRST_FRAGMENT && key->mode == SS_POOL_STATEFUL &&
        (key->from_sip || ss_is_invite_beyond(key)))
        key->todo = SS_CHOOSE;
    __u32 state = ss_read_for_call(ctx, packet, pool_index, key);
    __u32 judged = outcome->trusted ? 0 : ss_judged(pool_index, state, key);
    __u32 refused = judged ? ss_guard_judge(ctx, packet, outcome->service, key, judged) : 0;
    if (refused)
        return ss_leave_message(packet, key, outcome, refused, SS_VERDICT_DROP);
    ss_select(pool_index, key, outcome);
    if (outcome->server == SS_NO_SERVER) {
        verdict = ss_when_down(ctx, packet, key, pool_index, pool, outcome);
        return ss_leave_message(packet, key, outcome, outcome->reason, verdict);
    }
    if (!key->from_sip)
        outcome->reason = key->reason;
    ss_remember(ctx, packet, key, outcome);
    return SS_UNDECIDED;
}

/* A datagram for no service. Later fragments to a VIP do not show for which port they are. */
SS_INLINE int ss_pass_foreign(const struct ss_packet *packet, struct ss_outcome *outcome) {
    if (packet->part == SS_FIRST_FRAGMENT && ss_is_vip(packet) && ss_fragment_is_within(packet))
        ss_fragment_remember(packet, SS_FRAGMENT_NO_SERVICE, SS_FRAGMENT_PASS, 0, NULL);
    return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
}

/*
 * A UDP datagram: if it is for a service, sets the outcome's service, method and pool and makes
 * the message's key. Gives SS_UNDECIDED then, else the XDP action.
 */
SS_STAGE int ss_read_datagram(struct xdp_md *ctx, const struct ss_packet *packet,
                              struct ss_key *key, struct ss_outcome *outcome) {
    if (!packet || !key || !outcome)
        return XDP_PASS;
    struct ss_service *service = ss_match_service(packet);
    if (!service)
        return ss_pass_foreign(packet, outcome);
    int admitted = ss_admit(ctx, packet, ss_is_martian(packet));
    if (admitted != SS_ADMITTED)
        return ss_turn_away(outcome, admitted);
    outcome->matched = 1;
    outcome->service = service->id;
    __u32 guarded = ss_ask_guard(packet, service->id, 0);
    if (ss_is_kept_out(guarded))
        return ss_leave_denied(outcome, guarded);
    outcome->trusted = guarded == SS_GUARD_TRUST;
    if (packet->part == SS_FIRST_FRAGMENT) {
        if (!ss_fragment_is_within(packet))
            return ss_leave(outcome, SS_REASON_FRAGMENT_LIMIT, SS_VERDICT_DROP);
        int repeated = ss_fragment_is_repeated(packet);
        int absurd = ss_fragment_is_absurd(packet);
        if (absurd && !repeated) /* nobody is to wait for it */
            ss_fragment_remember(packet, service->id, SS_FRAGMENT_DROP, 0, NULL);
        if (absurd || repeated)
            return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    }
    ss_find_key(ctx, packet, key);
    outcome->message = 1;
    outcome->method = key->method;
    outcome->pool = (__u16)ss_which_pool(ctx, packet, service, key);
    return SS_UNDECIDED;
}

/* What a later fragment's datagram came to. SS_UNDECIDED: it goes to the outcome's server. */
SS_INLINE int ss_follow_first(__u32 server, struct ss_outcome *outcome) {
    if (server == SS_FRAGMENT_PASS)
        return ss_leave(outcome, SS_REASON_FRAGMENT, SS_VERDICT_PASS);
    if (server == SS_FRAGMENT_DROP)
        return ss_leave(outcome, SS_REASON_FRAGMENT, SS_VERDICT_DROP);
    return SS_UNDECIDED;
}

/*
 * Ends the way of a fragment that is held. Where a server of the VIP may be this host the kernel
 * gets it now, for a frame cannot be given to it later as one that came in. If the first one goes
 * to another server, the kernel forgets it in time.
 */
SS_INLINE int ss_leave_held(const struct ss_packet *packet, struct ss_outcome *outcome) {
    ss_leave(outcome, SS_REASON_FRAGMENT_HELD, SS_VERDICT_HOLD);
    return ss_vip_has(packet, SS_MARK_LOCAL) ? XDP_PASS : XDP_DROP;
}

/*
 * A fragment without ports, for a VIP. SS_UNDECIDED: its first one has come; the outcome's waits is
 * set if its bytes are to be summed. Else the XDP action.
 */
SS_STAGE int ss_find_first(struct xdp_md *ctx, const struct ss_packet *packet,
                           struct ss_outcome *outcome) {
    struct ss_fragment_key name;
    if (!packet || !outcome)
        return XDP_PASS;
    if (!ss_is_vip(packet))
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    int admitted = ss_admit(ctx, packet, ss_is_martian(packet));
    if (admitted != SS_ADMITTED)
        return ss_turn_away(outcome, admitted);
    if (ss_fragment_is_absurd(packet) || !ss_ip_sum_may_be_right(ctx, packet))
        return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    ss_fragment_make_key(packet, &name);
    struct ss_fragment *fragment = ss_fragment_find(&name);
    if (fragment) {
        outcome->waits = fragment->pending.length && !fragment->pending.unsummed;
        return SS_UNDECIDED;
    }
    __u32 guarded = ss_ask_guard_of_all(packet);
    if (ss_is_kept_out(guarded))
        return ss_leave_denied(outcome, guarded);
    int reason = ss_fragment_hold(ctx, packet, ss_part_sum(ctx, packet));
    return reason == SS_REASON_FRAGMENT_HELD ? ss_leave_held(packet, outcome)
                                             : ss_leave(outcome, (__u32)reason, SS_VERDICT_DROP);
}

/* After its first one, sum: of its bytes. SS_UNDECIDED: it goes to the outcome's server. */
SS_STAGE int ss_take_later(const struct ss_packet *packet, __u64 sum, struct ss_key *key,
                           struct ss_outcome *outcome) {
    struct ss_fragment_key name;
    if (!packet || !key || !outcome)
        return XDP_PASS;
    ss_fragment_make_key(packet, &name);
    struct ss_fragment *fragment = ss_fragment_find(&name);
    if (!fragment) /* it went in the time since */
        return ss_leave(outcome, SS_REASON_FRAGMENT_NO_ROOM, SS_VERDICT_DROP);
    outcome->reason = SS_REASON_FRAGMENT;
    outcome->waits = 0;
    outcome->matched = fragment->service != SS_FRAGMENT_NO_SERVICE;
    outcome->service = fragment->service;
    outcome->server = fragment->server;
    key->hash = fragment->key;
    int noted = ss_fragment_note(packet, fragment, sum);
    if (noted == SS_FRAGMENT_MISFIT)
        return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    if (noted == SS_FRAGMENT_WHOLE) { /* the sender may use its id again soon */
        outcome->pool = fragment->pending.pool;
        ss_make_pending_key(fragment, key);
        bpf_map_delete_elem(&fragments, &name);
    }
    return ss_follow_first(outcome->server, outcome);
}

/* A fragment without ports: after its first one. */
SS_INLINE int ss_steer_later_fragment(struct xdp_md *ctx, struct ss_packet *packet,
                                      struct ss_key *key, struct ss_outcome *outcome) {
    int action = ss_find_first(ctx, packet, outcome);
    if (action != SS_UNDECIDED)
        return action;
    return ss_take_later(packet, outcome->waits ? ss_part_sum(ctx, packet) : 0, key, outcome);
}

SS_STAGE int ss_steer_icmp_error(struct xdp_md *ctx, struct ss_packet *packet, struct ss_key *key,
                                 struct ss_outcome *outcome) {
    if (!packet || !key || !outcome)
        return XDP_PASS;
    int martian = ss_is_martian(packet); /* before the quoted addresses take the place of its own */
    if (!ss_parse_icmp_error(ctx, packet))
        return ss_leave(outcome, SS_REASON_NOT_UDP, SS_VERDICT_PASS);
    struct ss_service *service = ss_match_quoted(packet);
    if (!service)
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    int admitted = ss_admit(ctx, packet, martian);
    if (admitted != SS_ADMITTED)
        return ss_turn_away(outcome, admitted);
    outcome->matched = 1;
    outcome->service = service->id;
    if (ss_ask_guard(packet, service->id, 1) == SS_GUARD_DENY)
        return ss_leave(outcome, SS_REASON_DENIED, SS_VERDICT_DROP);
    outcome->server = ss_quoted_server(ctx, packet, service, key);
    if (outcome->server == SS_NO_SERVER)
        return ss_leave(outcome, SS_REASON_ICMP_ERROR, SS_VERDICT_PASS);
    outcome->reason = SS_REASON_ICMP_ERROR;
    return ss_forward(ctx, packet, outcome);
}

/* What cannot be parsed: no server takes it, the pools say what becomes of it. */
SS_STAGE int ss_leave_unparsed(struct xdp_md *ctx, const struct ss_packet *packet, __u32 reason,
                               struct ss_outcome *outcome) {
    if (!packet || !outcome)
        return XDP_PASS;
    int drop = (reason == SS_REASON_MALFORMED || reason == SS_REASON_EXTENSIONS) &&
               ss_vip_has(packet, SS_MARK_DROP_UNPARSED) &&
               ss_admit_frame(ctx, packet) == SS_ADMITTED;
    return ss_leave(outcome, reason, drop ? SS_VERDICT_DROP : SS_VERDICT_PASS);
}

SS_INLINE int ss_steer(struct xdp_md *ctx, struct ss_packet *packet, struct ss_key *key,
                       struct ss_outcome *outcome) {
    int parsed = ss_parse(ctx, packet);
    if (parsed != SS_PARSED)
        return ss_leave_unparsed(ctx, packet, (__u32)parsed, outcome);
    if (packet->protocol != IPPROTO_UDP)
        return ss_steer_icmp_error(ctx, packet, key, outcome);
    int action = packet->part == SS_LATER_FRAGMENT
                     ? ss_steer_later_fragment(ctx, packet, key, outcome)
                     : ss_read_datagram(ctx, packet, key, outcome);
    if (action == SS_UNDECIDED && packet->part != SS_LATER_FRAGMENT)
        action = ss_steer_message(ctx, packet, key, outcome);
    if (action != SS_UNDECIDED)
        return action;
    if (key->todo == SS_NOTE)
        ss_settle_whole(packet, key, outcome);
    return ss_forward(ctx, packet, outcome);
}

#endif /* SIPSTEER_BPF_STEER_H */
