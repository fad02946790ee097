/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One call in the call table: 64 bits, so that one compare-and-swap changes all of it.
 *
 *     63              32 31   28 27    16 15          0
 *    +------------------+-------+--------+-------------+
 *    |       tag        | state | server |  last seen  |
 *    +------------------+-------+--------+-------------+
 *
 * tag        the key bits that, with the bucket, tell this call from others; never 0
 * state      enum ss_call_state; an empty entry is 0 in all its bits
 * server     index in the servers map
 * last seen  when its last message came, in ticks (below), modulo 2^16
 */
#ifndef SIPSTEER_CALL_H
#define SIPSTEER_CALL_H

#include "base.h"
#include "limits.h"

/*
 * What the client's messages say of a call (bpf/calls/call_state.h has the table). The balancer
 * never sees the answers, so "confirmed" means that the client acknowledged a 2xx. One list:
 * number, name in C, name in the API and in metrics.
 */
#define SS_CALL_STATE_LIST(X)                                                                      \
    X(0, EMPTY, "empty")                                                                           \
    X(1, EARLY, "early")         /* INVITE seen */                                                 \
    X(2, CONFIRMED, "confirmed") /* the ACK of a 2xx seen, or a re-INVITE */                       \
    X(3, CLOSING, "closing")     /* BYE, CANCEL or a failure's ACK seen; for retransmissions */    \
    X(4, OTHER, "other")         /* no call: REGISTER ..., responses, dialogs not known */         \
    X(5, SOURCE, "source")       /* by the client's address: datagrams without a Call-ID */

enum ss_call_state {
#define SS_CALL_STATE_ENUM(number, symbol, name) SS_CALL_##symbol = number,
    SS_CALL_STATE_LIST(SS_CALL_STATE_ENUM)
#undef SS_CALL_STATE_ENUM
        SS_CALL_STATES
};

/* States of a call that a server is busy with: what limits and SS_SCHEDULER_LEAST_CALLS count. */
SS_INLINE int ss_call_is_live(__u32 state) {
    return state == SS_CALL_EARLY || state == SS_CALL_CONFIRMED;
}

#define SS_CALL_SEEN_BITS 16
#define SS_CALL_SERVER_BITS 12
#define SS_CALL_STATE_BITS 4
#define SS_CALL_SERVER_SHIFT SS_CALL_SEEN_BITS
#define SS_CALL_STATE_SHIFT (SS_CALL_SERVER_SHIFT + SS_CALL_SERVER_BITS)
#define SS_CALL_TAG_SHIFT (SS_CALL_STATE_SHIFT + SS_CALL_STATE_BITS)

SS_STATIC_ASSERT(SS_CALL_TAG_SHIFT == 32, "the tag is the upper half of an entry");
SS_STATIC_ASSERT(SS_MAX_SERVERS <= (1 << SS_CALL_SERVER_BITS), "a server index fits an entry");

/*
 * A tick is 2^31 ns (2.147 s) of CLOCK_MONOTONIC: a shift instead of a division in the data
 * plane. 2^16 ticks are 39 hours; lifetimes stay below half of that, so that an age is
 * unambiguous even if the sweep pauses for as long again.
 */
#define SS_TICK_SHIFT 31
#define SS_TICK_MASK 0xffffU
#define SS_MAX_LIFETIME_TICKS 0x8000U
#define SS_TICKS_AHEAD 16U /* a time so little ahead of now was noted by another CPU just now */

struct ss_bucket {
    __u64 entry[SS_BUCKET_ENTRIES];
} __attribute__((aligned(64)));
SS_ASSERT_SIZE(struct ss_bucket, 64);

/*
 * How each call of a bucket began and goes on: beside the table, because few messages ask for it.
 *
 * tick     when it came, in ticks modulo 2^16: only people want to know. 0: longer ago than
 *          SS_LONG_AGO; the sweep writes that before the ticks come round
 * attempt  the last INVITE's Request-URI, branch and CSeq, hashed (bpf/text/attempt.h); 0: unknown
 * open     attempts that are neither cancelled nor refused. With SS_CALL_DIALOG in marks: the low
 *          bits of a dialog's hash. It is the first confirmed one, or the one that a BYE ended.
 * marks    SS_CALL_*, below
 */
struct ss_births {
    __u16 tick[SS_BUCKET_ENTRIES];
    __u32 attempt[SS_BUCKET_ENTRIES];
    __u8 open[SS_BUCKET_ENTRIES];
    __u8 marks[SS_BUCKET_ENTRIES];
};
SS_ASSERT_SIZE(struct ss_births, 64);

#define SS_CALL_BYE 0x1          /* closing by a BYE: for good */
#define SS_CALL_ATTEMPT_OVER 0x2 /* attempt is cancelled or refused */
#define SS_CALL_ATTEMPTS 0x4     /* there are earlier attempts (struct ss_attempt_key) */
#define SS_CALL_UNKNOWN 0x8      /* there are attempts that cannot be told apart */
#define SS_CALL_DIALOG 0x10      /* a dialog is known, and here are the high bits of it: */
#define SS_CALL_DIALOG_SHIFT 5
#define SS_CALL_CANCELLED 0x20  /* without that mark: a CANCEL ended the last open attempt */
#define SS_CALL_SOME_OVER 0x40  /* likewise: some attempt is over */
#define SS_CALL_EARLY_USED 0x80 /* likewise: a request came in an early dialog of the call */

/* Once a call is confirmed, or a BYE came, its attempts count no more, and two marks say this: */
#define SS_CALL_OTHER_BYE 0x2 /* a BYE ended another dialog than the one that is kept */
#define SS_CALL_EARLY_BYE 0x8 /* the BYE ended an early dialog, of which there may be others */

/* A dialog's hash (bpf/text/tag.h): 11 bits of it, and that it is known. */
#define SS_DIALOG_KNOWN 0x800U
#define SS_DIALOG_NONE 0x1U /* instead: the message belongs to none, for its To has no tag */

/* An earlier attempt of a call that has several; its value is 1 while it is open, else 0. */
struct ss_attempt_key {
    __u64 call; /* ss_call_position() */
    __u32 attempt;
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_attempt_key, 16);

#define SS_LONG_AGO 0xe000U /* ticks: 34 hours */

SS_INLINE __u16 ss_birth_tick(__u32 now) {
    __u16 tick = (__u16)(now & SS_TICK_MASK);
    return tick ? tick : 1;
}

/* Ticks since then, at most SS_LONG_AGO. */
SS_INLINE __u32 ss_birth_age(__u16 birth, __u32 now) {
    __u32 age = (now - birth) & SS_TICK_MASK;
    if (age > SS_TICK_MASK - SS_TICKS_AHEAD)
        age = 0;
    return birth && age < SS_LONG_AGO ? age : SS_LONG_AGO;
}

SS_INLINE __u64 ss_call_make(__u32 tag, __u32 state, __u32 server, __u32 seen) {
    return (__u64)tag << SS_CALL_TAG_SHIFT | (__u64)state << SS_CALL_STATE_SHIFT |
           (__u64)server << SS_CALL_SERVER_SHIFT | (seen & SS_TICK_MASK);
}

SS_INLINE __u32 ss_call_tag(__u64 entry) {
    return (__u32)(entry >> SS_CALL_TAG_SHIFT);
}

SS_INLINE __u32 ss_call_state(__u64 entry) {
    return (__u32)(entry >> SS_CALL_STATE_SHIFT) & ((1U << SS_CALL_STATE_BITS) - 1);
}

SS_INLINE __u32 ss_call_server(__u64 entry) {
    return (__u32)(entry >> SS_CALL_SERVER_SHIFT) & ((1U << SS_CALL_SERVER_BITS) - 1);
}

SS_INLINE __u32 ss_call_seen(__u64 entry) {
    return (__u32)entry & SS_TICK_MASK;
}

/*
 * Ticks since the call's last message, at time now (in ticks, modulo 2^16). 0 for an entry that is
 * a little ahead of now: another CPU noted a message after now was read.
 */
SS_INLINE __u32 ss_call_idle(__u64 entry, __u32 now) {
    __u32 idle = (now - ss_call_seen(entry)) & SS_TICK_MASK;
    return idle > SS_TICK_MASK - SS_TICKS_AHEAD ? 0 : idle;
}

/*
 * Where a key lives: its tag and its two candidate buckets. The key is mixed with the pool's
 * index first, because the same Call-ID may run in two pools. Each bucket follows from the other
 * and the tag, for any number of buckets, so an entry can be moved without its key. Rarely, both
 * are the same.
 */
SS_INLINE __u64 ss_call_position(__u64 key, __u32 pool) {
    return key ^ ((__u64)pool + 1) * 0x9e3779b97f4a7c15ULL;
}

SS_INLINE __u32 ss_call_position_tag(__u64 position) {
    __u32 tag = (__u32)(position >> 32);
    return tag ? tag : 1;
}

/* 32 bits scaled to a number below buckets, without a division. */
SS_INLINE __u32 ss_call_scale(__u32 bits, __u32 buckets) {
    return (__u32)(((__u64)bits * buckets) >> 32);
}

SS_INLINE __u32 ss_call_first_bucket(__u64 position, __u32 buckets) {
    return ss_call_scale((__u32)position, buckets);
}

/* The two add up to a number that the tag gives, modulo the buckets. */
SS_INLINE __u32 ss_call_other_bucket(__u32 bucket, __u32 tag, __u32 buckets) {
    __u32 sum = ss_call_scale(tag * 0x85ebca6bU, buckets);
    return sum >= bucket ? sum - bucket : sum + buckets - bucket;
}

#endif /* SIPSTEER_CALL_H */
