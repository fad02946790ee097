/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What bench_calls.bpf.c and the program that runs it share.
 */
#ifndef SIPSTEER_BENCH_CALLS_H
#define SIPSTEER_BENCH_CALLS_H

#include <sipsteer/base.h>

enum bench_call_work {
    BENCH_CALL_LOOP = 0,  /* the loop and a random key, nothing else */
    BENCH_CALL_LOOP_NEXT, /* the loop and the next key */
    BENCH_CALL_FIND,      /* look a call up, read its server */
    BENCH_CALL_OVERLAP,   /* the same, but the CPU may begin the next before it has the answer */
    BENCH_CALL_REFRESH,   /* look it up, write its time */
    BENCH_CALL_INSERT,    /* look it up in vain, enter it */
    BENCH_CALL_REMOVE,
};

enum bench_call_map { BENCH_MAP_TABLE = 0, BENCH_MAP_HASH, BENCH_MAP_LRU, BENCH_MAPS };

struct bench_calls {
    __u64 random; /* in: state of bench_random */
    __u64 next;   /* in: number of the first call that INSERT and REMOVE take */
    __u64 live;   /* in: FIND, OVERLAP and REFRESH take calls 0 to live - 1, at random */
    __u32 count;  /* in: operations, at most 2^23 */
    __u32 work;   /* in: enum bench_call_work */
    __u32 map;    /* in: enum bench_call_map */
    __u32 now;    /* in: ticks */
    __u64 done;   /* out: operations that did what they were to do */
    __u64 sum;    /* out: of what was read */
    __u64 ns;     /* out: what all of them took */
};

#endif /* SIPSTEER_BENCH_CALLS_H */
