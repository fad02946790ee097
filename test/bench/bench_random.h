/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Random numbers and scattered keys, the same in the bench's BPF programs and in C++.
 */
#ifndef SIPSTEER_BENCH_RANDOM_H
#define SIPSTEER_BENCH_RANDOM_H

#include <sipsteer/base.h>

/* The next number of a sequence (Marsaglia's xorshift64); state is never 0. */
SS_INLINE __u64 bench_random(__u64 *state) {
    __u64 x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return x;
}

/* A number below limit (at most 2^32) from a random one. */
SS_INLINE __u64 bench_below(__u64 random, __u64 limit) {
    return ((random >> 32) * limit) >> 32;
}

/* Scatters the numbers of calls over 64 bits, one to one (the finalizer of splitmix64). */
SS_INLINE __u64 bench_scatter(__u64 x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

#endif /* SIPSTEER_BENCH_RANDOM_H */
