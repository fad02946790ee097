/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The Call-ID finder and the hash alone, as the data plane runs them: over packet memory, under
 * the verifier's rules. Each run writes another message over the frame (bpf_xdp_store_bytes), so
 * neither lengths nor line ends can be learnt by heart; writing alone is measured too and taken
 * off.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bench_bytes.h"
#include "bench_random.h"
#include "bench_scan.h"

#include "../../bpf/net/packet.h"
#include "../../bpf/text/callid.h"
#include "../../bpf/text/siphash.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bench_scan scan_state;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct bench_text);
    __uint(max_entries, BENCH_MAX_TEXTS);
} bench_texts SEC(".maps");

SS_STAGE int bench_find(struct xdp_md *ctx, __u32 length, __u32 hashed) {
    const __u64 secret[2] = {1, 2};
    struct ss_text text = {ss_data(ctx), ss_data_end(ctx), 0, ctx->rx_queue_index};
    text.length = ss_forget(&text, length);
    struct ss_span span = ss_find_call_id(&text, 0);
    if (!span.length)
        return 0;
    scan_state.found++;
    scan_state.sum += hashed ? ss_hash_text(secret, &text, span.offset, span.length) : span.offset;
    return 0;
}

SS_STAGE int bench_find_bytes(struct xdp_md *ctx, __u32 length) {
    const __u8 *start = ss_data(ctx);
    const __u8 *end = ss_data_end(ctx);
    __u64 window = '\n';
    for (__u32 i = 0; i < BENCH_TEXT; i++) {
        const __u8 *p = start + i;
        SS_PIN(p);
        if (i >= length || p + 1 > end)
            return 0;
        window = bench_window(window, *p);
        if (bench_is_call_id_line(window)) {
            scan_state.found++;
            scan_state.sum += i;
            return 0;
        }
    }
    return 0;
}

SEC("xdp.frags")
int bench_scan(struct xdp_md *ctx) {
    __u64 random = bench_random(&scan_state.random);
    __u32 index = (__u32)bench_below(random, scan_state.texts);
    struct bench_text *text = bpf_map_lookup_elem(&bench_texts, &index);
    if (!text)
        return XDP_ABORTED;
    __u32 length = text->length;
    if (length == 0 || length > BENCH_TEXT)
        return XDP_ABORTED;
    if (bpf_xdp_store_bytes(ctx, 0, text->bytes, length))
        return XDP_ABORTED;
    if (scan_state.work == BENCH_SCAN_BYTES)
        bench_find_bytes(ctx, length);
    else if (scan_state.work != BENCH_SCAN_NOTHING)
        bench_find(ctx, length, scan_state.work == BENCH_SCAN_FIND_HASH);
    return XDP_TX;
}
