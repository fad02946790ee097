/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071) of a text. Pure.
 */
#ifndef SIPSTEER_BPF_SUM_H
#define SIPSTEER_BPF_SUM_H

#include "bytes.h"

/*
 * Sums are of 16-bit words as they lie in memory, each carry kept: the sum of the words, other
 * parts' sums and the checksum itself folds to 0xffff if the checksum is right.
 */
SS_INLINE __u64 ss_sum_word(__u64 word) {
    return (word & 0xffffffffU) + (word >> 32);
}

SS_INLINE __u32 ss_sum_fold(__u64 sum) {
    sum = ss_sum_word(sum);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u32)((sum & 0xffff) + (sum >> 16));
}

struct ss_summing {
    struct ss_text text;
    __u64 sum;
    __u32 at;
};

#define SS_SUM_CHUNK 64

static long ss_sum_step(__u32 index, void *context) {
    struct ss_summing *summing = (struct ss_summing *)context;
    const __u8 *p = ss_text_at(&summing->text, summing->at);
    __u32 left = summing->text.length - summing->at;
    __u32 used = 8;
    (void)index;
    if (summing->at >= summing->text.length || p + 1 > summing->text.limit)
        return SS_STOP;
    if (left >= SS_SUM_CHUNK && p + SS_SUM_CHUNK <= summing->text.limit) {
        used = SS_SUM_CHUNK;
#pragma clang loop unroll(full)
        for (__u32 i = 0; i < SS_SUM_CHUNK; i += 8)
            summing->sum += ss_sum_word(ss_load_8(p + i));
    } else if (p + 8 <= summing->text.limit) {
        __u64 mask = left >= 8 ? ~0ULL : ~(~0ULL << (left & 7) * 8);
        summing->sum += ss_sum_word(ss_load_8(p) & mask);
    } else {
        summing->sum += (__u64)*p << (summing->at & 1) * 8;
        used = 1;
    }
    summing->at = ss_forget(&summing->text, summing->at + used);
    return SS_GO_ON;
}

/* The sum of a text's bytes, as far as they may be read. */
SS_INLINE __u64 ss_sum_text(const struct ss_text *text) {
    struct ss_summing summing = {.text = *text, .at = ss_forget(text, 0)};
    ss_loop(text->length, ss_sum_step, &summing);
    return summing.sum;
}

#endif /* SIPSTEER_BPF_SUM_H */
