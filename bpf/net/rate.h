/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How often something may happen: a time that moves on by a gap each time, and must not be ahead
 * of now (the virtual scheduling algorithm of ITU-T I.371, A). Any CPU may take a turn.
 */
#ifndef SIPSTEER_BPF_RATE_H
#define SIPSTEER_BPF_RATE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <sipsteer/base.h>

/* What was not used can be made up for later, up to this time's worth. */
#define SS_RATE_BURST 100000000ULL /* 100 ms */

/* Whether it may happen at time now; both in ns. */
SS_INLINE int ss_rate_allows(const __u64 *next, __u64 now) {
    return *(const volatile __u64 *)next <= now;
}

/*
 * Likewise, and it does happen: 1. gap: ns from one time to the next, 0: no limit. burst: this
 * time's worth may happen at once.
 */
SS_INLINE int ss_rate_take_within(__u64 *next, __u64 gap, __u64 burst, __u64 now) {
    if (!gap)
        return 1;
    __u64 earliest = now > burst ? now - burst : 0;
    __u64 seen = *(volatile __u64 *)next;
    if (seen < earliest)
        __sync_val_compare_and_swap(next, seen, earliest);
    if (__sync_fetch_and_add(next, gap) <= now)
        return 1;
    __sync_fetch_and_sub(next, gap);
    return 0;
}

SS_INLINE int ss_rate_take(__u64 *next, __u32 gap, __u64 now) {
    return ss_rate_take_within(next, gap, SS_RATE_BURST, now);
}

#endif /* SIPSTEER_BPF_RATE_H */
