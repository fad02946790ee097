/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A pool's ring: which servers take new calls, and in what shares. One value of one inner map, so
 * that a new ring is put in force by one write to the outer map.
 *
 * The slots are Maglev's lookup table (Eisenbud et al., NSDI 2016, 3.4), all SS_RING_SLOTS of
 * them, or for SS_SCHEDULER_TURNS one round of turns.
 */
#ifndef SIPSTEER_RING_H
#define SIPSTEER_RING_H

#include "base.h"
#include "limits.h"

struct ss_ring {
    __u16 slot[SS_RING_SLOTS];    /* server index or SS_NO_SERVER */
    __u16 members;                /* servers in the ring, 0 to SS_MAX_SERVERS */
    __u32 slots;                  /* of slot[], those in use: 1 to SS_RING_SLOTS */
    __u16 member[SS_MAX_SERVERS]; /* the servers, each once, ascending; the first `members` */
};
SS_ASSERT_SIZE(struct ss_ring, (SS_RING_SLOTS + 3 + SS_MAX_SERVERS) * 2);

/* The slot of a key: its low 32 bits scaled to the ring, without a division. */
SS_INLINE __u32 ss_ring_slot(__u64 key) {
    return (__u32)(((key & 0xffffffffULL) * SS_RING_SLOTS) >> 32);
}

#endif /* SIPSTEER_RING_H */
