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

struct ss_pool {
    __u8 in_use;
    __u8 mode;       /* enum ss_pool_mode */
    __u8 no_call_id; /* enum ss_no_call_id */
    __u8 zero[5];
    __u16 lifetime[SS_CALL_STATES]; /* ticks, by enum ss_call_state; 0 for SS_CALL_EMPTY */
    __u8 zero2[12];
};
SS_ASSERT_SIZE(struct ss_pool, 32);

#endif /* SIPSTEER_POOL_H */
