/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Feeds the data plane a different message each time.
 *
 * BPF_PROG_TEST_RUN repeats one packet, which flatters the branch predictor and the caches. So
 * this program is what is repeated: it writes one of BENCH_MESSAGES messages over the frame, at
 * random, and into it the number of a call, and then tail-calls the program under test - the very
 * object that is attached to a NIC, unchanged - as if the frame had come in like this. The same
 * with a program that returns at once costs what the loop itself costs; that is measured in turns
 * with it and taken off.
 *
 * What is different on a NIC: there the frame was written by the device, into the last-level cache
 * at best, and here by this CPU, into the first-level cache. What the driver does is not in it.
 */
#include "bench_feed.h"
#include "bench_random.h"

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bench_feed feed_state;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct bench_message);
    __uint(max_entries, BENCH_MESSAGES);
} bench_messages SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
    __uint(max_entries, BENCH_TARGETS);
} bench_targets SEC(".maps");

/* The eight hexadecimal digits of a number, in a word as they lie in memory, all at once. */
SS_INLINE __u64 bench_hex(__u32 number) {
    __u64 x = number;
    x = (x | x << 16) & 0x0000ffff0000ffffULL;
    x = (x | x << 8) & 0x00ff00ff00ff00ffULL;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fULL; /* a digit's value in each byte */
    __u64 letters = ((x + 0x0606060606060606ULL) >> 4) & 0x0101010101010101ULL;
    return x + 0x3030303030303030ULL + letters * ('a' - '0' - 10);
}

SS_INLINE void bench_write_call(struct bench_message *message, __u64 call) {
    __u32 at = message->patch_at;
    if (at > BENCH_FRAME - BENCH_CALL_DIGITS)
        return;
    if (message->patch == BENCH_PATCH_DIGITS) {
        __u64 name = bench_scatter(call);
        *(__u64 *)(message->frame + at) = bench_hex((__u32)name);
        *(__u64 *)(message->frame + at + 8) = bench_hex((__u32)(name >> 32));
    } else if (message->patch == BENCH_PATCH_SOURCE) {
        *(__be32 *)(message->frame + at) = bpf_htonl(0x0a000000U + (__u32)call); /* 10.0.0.0/8 */
    }
}

/* Frags: a program may only tail-call another one of its kind, and the data plane's is that. */
SEC("xdp.frags")
int bench_feed(struct xdp_md *ctx) {
    __u64 random = bench_random(&feed_state.random);
    __u64 call =
        feed_state.new_calls ? feed_state.next_call++ : bench_below(random, feed_state.live);
    /* A call has one message, or its INVITEs would be as many attempts. */
    __u32 index = (__u32)call % BENCH_MESSAGES;
    struct bench_message *message = bpf_map_lookup_elem(&bench_messages, &index);
    if (!message)
        return XDP_ABORTED;
    bench_write_call(message, call);
    __u32 length = message->length;
    if (length == 0 || length > BENCH_FRAME)
        return XDP_ABORTED;
    if (bpf_xdp_store_bytes(ctx, 0, message->frame, length))
        return XDP_ABORTED;
    bpf_tail_call(ctx, &bench_targets, feed_state.target);
    return XDP_ABORTED;
}

SEC("xdp.frags")
int bench_return(struct xdp_md *ctx) {
    (void)ctx;
    return XDP_TX;
}
