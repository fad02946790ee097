/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A pool: the servers behind services. Calls are pinned per pool.
 */
#ifndef SIPSTEER_POOL_H
#define SIPSTEER_POOL_H

#include "base.h"
#include "call.h"

enum ss_pool_mode {
    SS_POOL_STATELESS = 0, /* pinned by hash alone */
    SS_POOL_STATEFUL = 1,  /* pinned by the call table, the hash behind it */
};

/* What is done with a datagram that has no Call-ID. */
enum ss_no_call_id {
    SS_NO_CALL_ID_SOURCE = 0, /* steered by the client's address */
    SS_NO_CALL_ID_PASS = 1,   /* left to the director's kernel */
    SS_NO_CALL_ID_DROP = 2,
};

/* How a new call gets its server. The ring (ring.h) is filled to suit. */
enum ss_scheduler {
    SS_SCHEDULER_HASH = 0,        /* the ring, by the call's key */
    SS_SCHEDULER_SOURCE = 1,      /* the ring, by the client's address */
    SS_SCHEDULER_TURNS = 2,       /* one slot of the ring after the other: round robin */
    SS_SCHEDULER_LEAST_CALLS = 3, /* the member with the fewest live calls for its weight */
};

/* What makes messages belong together. */
enum ss_pool_key {
    SS_KEY_CALL_ID = 0,
    SS_KEY_ADDRESS_OF_RECORD = 1, /* the user in To, for what is not in the call table yet */
    SS_KEY_CALL_ID_AND_VIA = 2,   /* the Call-ID and the topmost Via's sent-by */
};

/* What is done with a new call when no server can take it. */
enum ss_when_down {
    SS_WHEN_DOWN_DROP = 0,
    SS_WHEN_DOWN_PASS = 1,   /* left to the director's kernel */
    SS_WHEN_DOWN_REJECT = 2, /* answered by the controller: 503 Service Unavailable */
};

struct ss_pool {
    __u8 in_use;
    __u8 mode;       /* enum ss_pool_mode */
    __u8 no_call_id; /* enum ss_no_call_id */
    __u8 scheduler;  /* enum ss_scheduler */
    __u8 key;        /* enum ss_pool_key */
    __u8 when_down;  /* enum ss_when_down */
    __u8 down; /* below its quorum: no new calls, though its ring has servers for running ones */
    __u8 zero[1];
    __u16 lifetime[SS_CALL_STATES]; /* ticks, by enum ss_call_state; 0 for SS_CALL_EMPTY */
    __u32 reject_gap;               /* nanoseconds between two messages answered with 503 */
    __u8 zero2[8];
};
SS_ASSERT_SIZE(struct ss_pool, 32);

/* What a pool's packets change: a cache line of its own. */
struct ss_pool_load {
    __u64 turn;        /* the next slot of SS_SCHEDULER_TURNS, modulo the ring's slots */
    __u64 next_reject; /* ns of CLOCK_MONOTONIC: when the next message may be answered (rate.h) */
    __u8 zero[48];
} __attribute__((aligned(64)));
SS_ASSERT_SIZE(struct ss_pool_load, 64);

#endif /* SIPSTEER_POOL_H */
