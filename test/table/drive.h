/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the driver's BPF program and the tests that run it share.
 */
#ifndef SIPSTEER_TEST_DRIVE_H
#define SIPSTEER_TEST_DRIVE_H

#include <sipsteer/base.h>

#define DRIVE_CPUS 2
#define DRIVE_TOLD (1U << 20) /* calls for which it is noted which server each CPU was told */

/* Messages of calls first, first + 1 ..., one each. */
struct drive {
    __u64 first; /* in: number of the first call */
    __u32 count; /* in: calls, at most 2^22 */
    __u32 event; /* in: enum ss_event, of all messages */
    __u32 meet;  /* in: wait for the other CPU before each call */
    __u32 cpu;   /* in: 0 or 1: which of the two this is */
    __u32 tell;  /* in: note the servers */
    /* out: messages by what became of them (enum ss_reason) */
    __u32 fresh;   /* CALL_NEW */
    __u32 hits;    /* CALL_HIT */
    __u32 no_room; /* CALL_NO_ROOM */
    __u32 others;
};

/* The hash of a call, one to one (the finalizer of splitmix64). */
SS_INLINE __u64 drive_hash(__u64 number) {
    number += 0x9e3779b97f4a7c15ULL;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9ULL;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebULL;
    return number ^ (number >> 31);
}

#endif /* SIPSTEER_TEST_DRIVE_H */
