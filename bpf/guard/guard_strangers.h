/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a service takes from whom (sipsteer/guard.h), of messages that begin something: of no call
 * that the table has, or a call in an entry that is none. Trusted ones are never asked for.
 */
#ifndef SIPSTEER_BPF_GUARD_STRANGERS_H
#define SIPSTEER_BPF_GUARD_STRANGERS_H

#include "../calls/call_attempts.h"
#include "../calls/reading.h"
#include "../text/agent.h"
#include "guard_limits.h"

/* What of a message is judged. */
#define SS_JUDGE_METHOD 1U /* whether the service takes its method from its source */
#define SS_JUDGE_CALL 2U   /* whether its source may begin another call */

/*
 * A call that runs is not asked for again, and what ends or confirms one passes. Others are judged
 * as if there were no entry: who may send an OPTIONS is not to register by its Call-ID.
 */
SS_INLINE int ss_judges_method(__u32 state, const struct ss_key *key) {
    if (ss_call_is_live(state))
        return key->method == SS_METHOD_REGISTER || key->method == SS_METHOD_PUBLISH;
    return state != SS_CALL_CLOSING || key->event == SS_EVENT_START ||
           key->event == SS_EVENT_OTHER || key->event == SS_EVENT_DOUBTFUL;
}

/* Whether a message begins something that limits on new calls count. */
SS_INLINE int ss_judges_call(__u32 pool, __u32 state, const struct ss_key *key) {
    if (key->method >= SS_METHOD_RESPONSE_1XX)
        return 0;
    if (state == SS_CALL_EMPTY)
        return key->event == SS_EVENT_START || key->event == SS_EVENT_OTHER ||
               (key->event == SS_EVENT_DOUBTFUL && key->from_sip);
    if (key->event != SS_EVENT_START)
        return 0;
    if (state == SS_CALL_EARLY || state == SS_CALL_CLOSING)
        return ss_attempt_kind_in(pool, key) >= SS_ATTEMPT_MORE;
    return state == SS_CALL_OTHER;
}

/* SS_JUDGE_*, of a message for a call in state (enum ss_call_state). */
SS_INLINE __u32 ss_judged(__u32 pool, __u32 state, const struct ss_key *key) {
    if (key->mode != SS_POOL_STATEFUL)
        return 0;
    return (ss_judges_method(state, key) ? SS_JUDGE_METHOD : 0) |
           (ss_judges_call(pool, state, key) ? SS_JUDGE_CALL : 0);
}

/* Whether a method is closed to one who is not trusted. */
SS_INLINE int ss_guard_is_closed(const struct ss_guard_limits *limits, __u32 method, int known) {
    __u32 closed = limits->from_trusted | (known ? 0U : limits->from_known);
    return method < 16 && (closed >> method & 1);
}

/* Counts a refused request. Whether it is to be dropped. */
SS_INLINE int ss_guard_count_refused(__u32 service, const struct ss_guard_limits *limits) {
    struct ss_guard_counters *counters = bpf_map_lookup_elem(&guard_counters, &service);
    if (counters && limits->observe_strangers)
        counters->refused_observed++;
    else if (counters)
        counters->refused++;
    return !limits->observe_strangers;
}

/* Whether a message's User-Agent is one of a service's scanners; looks for it if need be. */
SS_STAGE int ss_guard_is_scanner(struct xdp_md *ctx, const struct ss_packet *packet, __u32 service,
                                 struct ss_key *key) {
    struct ss_agent_start start;
    if (!packet || !key)
        return 0;
    struct ss_guard_limits *limits = bpf_map_lookup_elem(&guard_limits, &service);
    if (!limits)
        return 0;
    if (!key->headers.value[SS_HEADER_USER_AGENT])
        ss_find_rest(ctx, packet, &key->headers);
    const struct ss_text text = ss_message_text(ctx, packet);
    __u32 at = key->headers.value[SS_HEADER_USER_AGENT];
    return at && ss_agent_start_at(&text, at, &start) && ss_begins_as(&start, limits->agent);
}

/* Counts a scanner's new call. Whether it is to be dropped. */
SS_INLINE int ss_guard_count_scanner(__u32 service, const struct ss_guard_limits *limits) {
    struct ss_guard_counters *counters = bpf_map_lookup_elem(&guard_counters, &service);
    if (counters && limits->observe_strangers)
        counters->scanned_observed++;
    else if (counters)
        counters->scanned++;
    return !limits->observe_strangers;
}

/*
 * Why a message is to be dropped, of which this is judged: SS_REASON_METHOD_REFUSED,
 * SS_REASON_SCANNER or SS_REASON_LIMITED; 0: it is not. A request of a dialog that the table has
 * lost may be refused for its method, but it is no scanner's, and no limit counts it.
 */
SS_STAGE __u32 ss_guard_judge(struct xdp_md *ctx, const struct ss_packet *packet, __u32 service,
                              struct ss_key *key, __u32 judged) {
    if (!packet || !key)
        return 0;
    struct ss_guard_limits *limits = bpf_map_lookup_elem(&guard_limits, &service);
    if (!limits || !limits->in_use)
        return 0;
    if ((judged & SS_JUDGE_METHOD) && (limits->from_known | limits->from_trusted) &&
        ss_guard_is_closed(limits, key->method,
                           ss_guard_is_known(packet, service, limits->known_for)) &&
        ss_guard_count_refused(service, limits))
        return SS_REASON_METHOD_REFUSED;
    if (!(judged & SS_JUDGE_CALL))
        return 0;
    if (limits->agents && ss_guard_is_scanner(ctx, packet, service, key) &&
        ss_guard_count_scanner(service, limits))
        return SS_REASON_SCANNER;
    return ss_guard_refuses_new(packet, service) ? SS_REASON_LIMITED : 0;
}

#endif /* SIPSTEER_BPF_GUARD_STRANGERS_H */
