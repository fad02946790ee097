/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The one exit: every packet is counted once, with one verdict and one reason.
 */
#ifndef SIPSTEER_BPF_COUNT_H
#define SIPSTEER_BPF_COUNT_H

#include "maps.h"
#include "packet.h"

SS_INLINE void ss_add(struct ss_traffic *traffic, __u64 bytes) {
    traffic->packets++;
    traffic->bytes += bytes;
}

SS_INLINE void ss_count_reason(const struct ss_outcome *outcome, __u64 bytes) {
    __u32 index = ss_reason_index(outcome->reason, outcome->verdict);
    struct ss_traffic *traffic = bpf_map_lookup_elem(&reasons, &index);
    if (traffic)
        ss_add(traffic, bytes);
}

SS_INLINE void ss_count_service(const struct ss_outcome *outcome, __u64 bytes) {
    struct ss_traffic *traffic = bpf_map_lookup_elem(&service_traffic, &outcome->service);
    if (traffic)
        ss_add(traffic, bytes);
}

SS_INLINE void ss_count_method(const struct ss_outcome *outcome) {
    __u32 index = ss_method_index(outcome->service, outcome->method);
    __u64 *messages = bpf_map_lookup_elem(&methods, &index);
    if (messages)
        (*messages)++;
}

SS_INLINE void ss_count_server(const struct ss_outcome *outcome, __u64 bytes) {
    struct ss_server_counters *counters = bpf_map_lookup_elem(&server_counters, &outcome->server);
    if (!counters)
        return;
    ss_add(&counters->sent, bytes);
    counters->new_calls += outcome->event == SS_CALL_EVENT_NEW;
    counters->rehomed += outcome->event == SS_CALL_EVENT_REHOMED;
}

/* Most messages change nothing about their call. */
SS_INLINE void ss_count_call(const struct ss_outcome *outcome) {
    __u32 index = outcome->pool, event = outcome->event;
    int no_room = outcome->reason == SS_REASON_CALL_NO_ROOM;
    if (!event && !no_room)
        return;
    struct ss_call_counters *counters = bpf_map_lookup_elem(&call_counters, &index);
    SS_PIN(event);
    if (!counters || event >= SS_CALL_EVENTS)
        return;
    counters->no_room += no_room;
    if (event)
        counters->event[event]++;
}

/* Whether a server got it: by a frame, or as this host is the server. */
SS_INLINE int ss_is_sent(const struct ss_outcome *outcome) {
    return outcome->verdict == SS_VERDICT_TX || outcome->verdict == SS_VERDICT_REDIRECT ||
           (outcome->verdict == SS_VERDICT_PASS && outcome->server < SS_MAX_SERVERS);
}

/* bytes: of the frame as it came in. */
SS_INLINE void ss_count(const struct ss_outcome *outcome, __u64 bytes) {
    ss_count_reason(outcome, bytes);
    if (outcome->matched)
        ss_count_service(outcome, bytes);
    if (outcome->message)
        ss_count_method(outcome);
    if (outcome->matched)
        ss_count_call(outcome);
    if (ss_is_sent(outcome))
        ss_count_server(outcome, bytes);
}

#endif /* SIPSTEER_BPF_COUNT_H */
