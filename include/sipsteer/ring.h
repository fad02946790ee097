/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A pool's ring: the Maglev lookup table (Eisenbud et al., NSDI 2016, 3.4). One value of one
 * inner map, so that a new ring is put in force by one write to the outer map.
 */
#ifndef SIPSTEER_RING_H
#define SIPSTEER_RING_H

#include "base.h"
#include "limits.h"

struct ss_ring {
    __u16 slot[SS_RING_SLOTS]; /* server index or SS_NO_SERVER */
    __u16 zero[3];
};
SS_ASSERT_SIZE(struct ss_ring, (SS_RING_SLOTS + 3) * 2);

/* The slot of a key: its low 32 bits scaled to the ring, without a division. */
SS_INLINE __u32 ss_ring_slot(__u64 key) {
    return (__u32)(((key & 0xffffffffULL) * SS_RING_SLOTS) >> 32);
}

#endif /* SIPSTEER_RING_H */
