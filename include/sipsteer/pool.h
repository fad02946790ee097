/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A pool: the servers behind services. Calls are pinned per pool.
 */
#ifndef SIPSTEER_POOL_H
#define SIPSTEER_POOL_H

#include "base.h"
#include "call.h"

/*
 * What a pool can be told to do. The lists are X(NUMBER, CONSTANT, Name, word): the number is what
 * the maps have, Name is the controller's, and the word is what people read and write: in the
 * configuration, the API, the manual. The controller's tables and the JSON Schema follow from the
 * lists. Append only.
 */

#define SS_POOL_MODE_LIST(X)                                                                       \
    X(0, STATELESS, Stateless, "stateless") /* pinned by hash alone */                             \
    X(1, STATEFUL, Stateful, "stateful")    /* pinned by the call table, the hash behind it */

enum ss_pool_mode {
#define SS_POOL_MODE_ENUM(number, constant, name, word) SS_POOL_##constant = number,
    SS_POOL_MODE_LIST(SS_POOL_MODE_ENUM)
#undef SS_POOL_MODE_ENUM
};

/* What is done with a datagram that has no Call-ID. */
#define SS_NO_CALL_ID_LIST(X)                                                                      \
    X(0, SOURCE, SteerBySource, "steer-by-source") /* by the flow, or the client's address */      \
    X(1, PASS, Pass, "pass")                       /* left to the director's kernel */             \
    X(2, DROP, Drop, "drop")

enum ss_no_call_id {
#define SS_NO_CALL_ID_ENUM(number, constant, name, word) SS_NO_CALL_ID_##constant = number,
    SS_NO_CALL_ID_LIST(SS_NO_CALL_ID_ENUM)
#undef SS_NO_CALL_ID_ENUM
};

/* How a new call gets its server. The ring (ring.h) is filled to suit. */
enum ss_scheduler {
    SS_SCHEDULER_HASH = 0,        /* the ring, by the call's key */
    SS_SCHEDULER_SOURCE = 1,      /* the ring, by the client's address */
    SS_SCHEDULER_TURNS = 2,       /* one slot of the ring after the other: round robin */
    SS_SCHEDULER_LEAST_CALLS = 3, /* the member with the fewest live calls for its weight */
};

/* X(CONSTANT, Name, word): two schedulers differ for the data plane by their ring alone. */
#define SS_SCHEDULER_LIST(X)                                                                       \
    X(HASH, Hash, "hash")                                                                          \
    X(TURNS, RoundRobin, "round-robin") /* as if all weights were the same */                      \
    X(TURNS, WeightedRoundRobin, "weighted-round-robin")                                           \
    X(LEAST_CALLS, LeastCalls, "least-calls")                                                      \
    X(SOURCE, Source, "source")

/*
 * What makes messages belong together. With the two keys of users it is the user in To for what the
 * call table does not have; the last one takes the user in the Request-URI of all requests but
 * REGISTER. Call-ID and Via: the topmost Via's sent-by.
 */
#define SS_KEY_LIST(X)                                                                             \
    X(0, CALL_ID, CallId, "call-id")                                                               \
    X(1, ADDRESS_OF_RECORD, AddressOfRecord, "address-of-record")                                  \
    X(2, CALL_ID_AND_VIA, CallIdAndVia, "call-id-and-via")                                         \
    X(3, REQUEST_URI, RequestUri, "address-of-record-or-request-uri")

enum ss_pool_key {
#define SS_KEY_ENUM(number, constant, name, word) SS_KEY_##constant = number,
    SS_KEY_LIST(SS_KEY_ENUM)
#undef SS_KEY_ENUM
};

/* Whether users are known by their registrations. */
SS_INLINE int ss_key_is_of_user(__u32 key) {
    return key == SS_KEY_ADDRESS_OF_RECORD || key == SS_KEY_REQUEST_URI;
}

/* What is done with a new call when no server can take it. */
#define SS_WHEN_DOWN_LIST(X)                                                                       \
    X(0, DROP, Drop, "drop")                                                                       \
    X(1, PASS, Pass, "pass")       /* left to the director's kernel */                             \
    X(2, REJECT, Reject, "reject") /* answered by the controller: 503 Service Unavailable */

enum ss_when_down {
#define SS_WHEN_DOWN_ENUM(number, constant, name, word) SS_WHEN_DOWN_##constant = number,
    SS_WHEN_DOWN_LIST(SS_WHEN_DOWN_ENUM)
#undef SS_WHEN_DOWN_ENUM
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
