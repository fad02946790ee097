/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071) of a text. The kernel's helper does the most of it.
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
    __u32 sum;
    __u32 at;
};

#define SS_SUM_MOST 512 /* bytes that the kernel's helper takes at once, before Linux 6.13 */

/* Sums the next size bytes, a multiple of four, if there are as many; 0: there are not. */
SS_INLINE int ss_sum_piece(struct ss_summing *summing, __u32 size) {
    const __u8 *p = ss_text_at(&summing->text, summing->at);
    if (summing->at + size > summing->text.length || p + size > summing->text.limit)
        return 0;
    summing->sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)p, size, summing->sum);
    summing->at = ss_forget(&summing->text, summing->at + size);
    return 1;
}

static long ss_sum_step(__u32 index, void *context) {
    (void)index;
    return ss_sum_piece((struct ss_summing *)context, SS_SUM_MOST) ? SS_GO_ON : SS_STOP;
}

/* The last bytes, fewer than four. */
SS_INLINE __u32 ss_sum_rest(const struct ss_summing *summing) {
    __u32 sum = 0;
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < 3; i++) {
        int c = ss_text_byte(&summing->text, summing->at + i);
        if (c >= 0)
            sum += (__u32)c << (i & 1) * 8;
    }
    return sum;
}

/* The sum of a text's bytes, as far as they may be read. */
SS_INLINE __u64 ss_sum_text(const struct ss_text *text) {
    struct ss_summing summing = {.text = *text, .at = ss_forget(text, 0)};
    ss_loop(SS_TEXT_MAX / SS_SUM_MOST, ss_sum_step, &summing);
#pragma clang loop unroll(full)
    for (__u32 size = SS_SUM_MOST / 2; size >= 4; size /= 2)
        ss_sum_piece(&summing, size);
    return (__u64)summing.sum + ss_sum_rest(&summing);
}

#endif /* SIPSTEER_BPF_SUM_H */
