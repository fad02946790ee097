// SPDX-License-Identifier: Apache-2.0
#include "scan_native.h"

#include "bench_bytes.h"
#include "bench_random.h"

#include "../../bpf/text/callid.h"
#include "../../bpf/text/siphash.h"

static struct ss_text as_text(const struct bench_text *text) {
    struct ss_text result = {text->bytes, text->bytes + BENCH_TEXT, text->length, 0};
    return result;
}

/* Not inlined: what is done is the same whatever is known where it is called. */
static __attribute__((noinline)) __u64 find(const struct bench_text *text, int hashed) {
    const __u64 secret[2] = {1, 2};
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_call_id(&message, 0);
    if (!span.length)
        return 0;
    return hashed ? ss_hash_text(secret, &message, span.offset, span.length) : span.offset;
}

static __attribute__((noinline)) __u64 find_bytes(const struct bench_text *text) {
    __u64 window = '\n';
    for (__u32 i = 0; i < text->length; i++) {
        window = bench_window(window, text->bytes[i]);
        if (bench_is_call_id_line(window))
            return i;
    }
    return 0;
}

static __attribute__((noinline)) __u64 nothing(const struct bench_text *text) {
    return text->length;
}

void scan_native(struct bench_scan *state, const struct bench_text *texts, __u32 count) {
    for (__u32 i = 0; i < count; i++) {
        const struct bench_text *text =
            &texts[bench_below(bench_random(&state->random), state->texts)];
        __u64 result;
        if (state->work == BENCH_SCAN_NOTHING)
            result = nothing(text);
        else if (state->work == BENCH_SCAN_BYTES)
            result = find_bytes(text);
        else
            result = find(text, state->work == BENCH_SCAN_FIND_HASH);
        state->found += result != 0;
        state->sum += result;
    }
}

__u32 scan_native_extent(const struct bench_text *text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_call_id(&message, 0);
    return span.length ? span.offset + span.length : 0;
}
