/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What bench_scan.bpf.c and the program that runs it share.
 */
#ifndef SIPSTEER_BENCH_SCAN_H
#define SIPSTEER_BENCH_SCAN_H

#include <sipsteer/base.h>

#define BENCH_TEXT 1472 /* the most a message has: 1500 less the IPv4 and UDP headers */
#define BENCH_MAX_TEXTS 256

struct bench_text {
    __u32 length;
    __u8 bytes[1500]; /* BENCH_TEXT and room */
};

enum bench_scan_work {
    BENCH_SCAN_NOTHING = 0, /* the loop itself */
    BENCH_SCAN_FIND,        /* ss_find_call_id */
    BENCH_SCAN_FIND_HASH,   /* and ss_hash_text */
    BENCH_SCAN_BYTES,       /* byte by byte, to compare with */
};

struct bench_scan {
    __u64 random;
    __u64 found; /* messages with a Call-ID, in all */
    __u64 sum;   /* of what came out, so that nothing is left out */
    __u32 texts;
    __u32 work; /* enum bench_scan_work */
};

#endif /* SIPSTEER_BENCH_SCAN_H */
