/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What bench_feed.bpf.c and the program that runs it share.
 */
#ifndef SIPSTEER_BENCH_FEED_H
#define SIPSTEER_BENCH_FEED_H

#include <sipsteer/base.h>

#define BENCH_FRAME 1514     /* bytes of every frame that is fed, padding behind the message */
#define BENCH_MESSAGES 64    /* different messages of a scenario */
#define BENCH_CALL_DIGITS 16 /* hexadecimal digits in a Call-ID that say which call it is */

/* What is different from call to call in a message. */
enum bench_patch {
    BENCH_PATCH_NONE = 0,
    BENCH_PATCH_DIGITS, /* BENCH_CALL_DIGITS of its Call-ID */
    BENCH_PATCH_SOURCE, /* the IPv4 source address */
};

struct bench_message {
    __u32 length;   /* of the frame, without padding */
    __u32 patch;    /* enum bench_patch */
    __u32 patch_at; /* offset in the frame */
    __u32 zero;
    __u8 frame[1536]; /* BENCH_FRAME and room to write over its end */
};

/* Which program the frames are fed to. */
enum bench_target { BENCH_LOOP = 0 /* one that returns at once */, BENCH_PROGRAM, BENCH_TARGETS };

struct bench_feed {
    __u64 random;    /* state of bench_random */
    __u64 next_call; /* if new_calls: number of the next message's call */
    __u64 live;      /* else: messages are for calls 0 to live - 1, at random */
    __u32 new_calls;
    __u32 target; /* enum bench_target */
};

#endif /* SIPSTEER_BENCH_FEED_H */
