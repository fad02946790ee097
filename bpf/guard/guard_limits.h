/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How many new calls a service takes from one address and from one network (sipsteer/guard.h).
 * Which messages are asked for: guard_strangers.h.
 */
#ifndef SIPSTEER_BPF_GUARD_LIMITS_H
#define SIPSTEER_BPF_GUARD_LIMITS_H

#include "../calls/call_place.h"
#include "../message/key.h"
#include "../net/rate.h"

/* Added to the clock, so that a burst may be longer than the host is up. */
#define SS_GUARD_EPOCH (1ULL << 62)

/* The address or network that a packet comes from. */
SS_INLINE void ss_guard_name(const struct ss_packet *packet, __u32 service, __u32 of,
                             struct ss_guard_source *source) {
    __u64 words[2];
    __builtin_memcpy(words, packet->source, 16);
    int ipv4 = !words[0] && bpf_be64_to_cpu(words[1]) >> 32 == 0xffff;
    int network = of == SS_GUARD_LIMIT_NETWORK;
    if (ipv4 && network)
        words[1] &= bpf_cpu_to_be64(~0xffULL);
    if (!ipv4)
        words[1] = 0;
    if (!ipv4 && network)
        words[0] &= bpf_cpu_to_be64(~0xffffULL);
    __builtin_memcpy(source->address, words, 16);
    source->service = (__u16)service;
    source->of = (__u16)of;
}

/* Whether an address had a call confirmed not long ago. */
SS_FRAME int ss_guard_is_known(const struct ss_packet *packet, __u32 service, __u32 known_for) {
    struct ss_guard_source name;
    ss_guard_name(packet, service, SS_GUARD_LIMIT_KNOWN, &name);
    __u32 *last = bpf_map_lookup_elem(&guard_known, &name);
    return last && ((ss_now() - *last) & SS_TICK_MASK) <= known_for;
}

/* Whether one more new call is within a limit; if so, it is counted. */
SS_FRAME int ss_guard_take(const struct ss_packet *packet, __u32 service, __u32 of,
                           const struct ss_guard_limit *limit) {
    struct ss_guard_source name;
    __u64 now = bpf_ktime_get_coarse_ns() + SS_GUARD_EPOCH;
    __u64 first = now - limit->burst + limit->gap;
    if (!limit->gap)
        return 1;
    ss_guard_name(packet, service, of, &name);
    __u64 *next = bpf_map_lookup_elem(&guard_sources, &name);
    if (next)
        return ss_rate_take_within(next, limit->gap, limit->burst, now);
    bpf_map_update_elem(&guard_sources, &name, &first, BPF_ANY);
    return 1;
}

SS_INLINE int ss_guard_has_room(const struct ss_packet *packet, __u32 service,
                                const struct ss_guard_limits *limits) {
    if (ss_guard_is_known(packet, service, limits->known_for))
        return ss_guard_take(packet, service, SS_GUARD_LIMIT_KNOWN,
                             &limits->limit[SS_GUARD_LIMIT_KNOWN]);
    return ss_guard_take(packet, service, SS_GUARD_LIMIT_ADDRESS,
                         &limits->limit[SS_GUARD_LIMIT_ADDRESS]) &&
           ss_guard_take(packet, service, SS_GUARD_LIMIT_NETWORK,
                         &limits->limit[SS_GUARD_LIMIT_NETWORK]);
}

/* Whether a new call of a packet is to be dropped, as its source has begun too many. */
SS_STAGE int ss_guard_refuses_new(const struct ss_packet *packet, __u32 service) {
    if (!packet)
        return 0;
    struct ss_guard_limits *limits = bpf_map_lookup_elem(&guard_limits, &service);
    if (!limits || !limits->in_use || ss_guard_has_room(packet, service, limits))
        return 0;
    struct ss_guard_counters *counters = bpf_map_lookup_elem(&guard_counters, &service);
    if (counters && limits->observe)
        counters->limited_observed++;
    else if (counters)
        counters->limited++;
    return !limits->observe;
}

/* A call from the packet's address is confirmed: it is known from now on. 0, always. */
SS_STAGE int ss_guard_learn(const struct ss_packet *packet, __u32 service) {
    struct ss_guard_source name;
    __u32 now = ss_now();
    if (!packet)
        return 0;
    struct ss_guard_limits *limits = bpf_map_lookup_elem(&guard_limits, &service);
    if (!limits || !limits->in_use)
        return 0;
    ss_guard_name(packet, service, SS_GUARD_LIMIT_KNOWN, &name);
    __u32 *last = bpf_map_lookup_elem(&guard_known, &name);
    if (!last || *last != now)
        bpf_map_update_elem(&guard_known, &name, &now, BPF_ANY);
    return 0;
}

#endif /* SIPSTEER_BPF_GUARD_LIMITS_H */
