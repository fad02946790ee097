/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a program's name begins as one of a few (User-Agent, RFC 3261, 20.41). Pure.
 */
#ifndef SIPSTEER_BPF_AGENT_H
#define SIPSTEER_BPF_AGENT_H

#include "bytes.h"
#include <sipsteer/guard.h>

/* The word with the letters A to Z small. */
SS_INLINE __u64 ss_small_letters(__u64 word) {
    __u64 low = word & SS_BYTES(0x7f);
    __u64 from_a = low + SS_BYTES(0x80 - 'A');
    __u64 behind_z = low + SS_BYTES(0x80 - 'Z' - 1);
    return word | (from_a & ~behind_z & ~word & SS_BYTES(0x80)) >> 2;
}

struct ss_agent_start {
    __u64 word[2]; /* the first byte lowest; zeros behind the message's end */
};

/* The first bytes of a value, with small letters; 0: they cannot be read. */
SS_INLINE int ss_agent_start_at(const struct ss_text *text, __u32 at,
                                struct ss_agent_start *start) {
    __u32 end = at + SS_GUARD_AGENT_BYTES;
    __u32 beyond = end > text->length ? end - text->length : 0;
    if (beyond >= SS_GUARD_AGENT_BYTES || beyond > at)
        return 0;
    const __u8 *p = ss_text_at(text, at - beyond); /* all of it lies in the message */
    if (p + SS_GUARD_AGENT_BYTES > text->limit)
        return 0;
    __u64 low = ss_load_8(p), high = ss_load_8(p + 8);
    if (beyond & 8) {
        low = high;
        high = 0;
    }
    __u32 bits = 8 * (beyond & 7);
    if (bits) {
        low = low >> bits | high << (64 - bits);
        high >>= bits;
    }
    start->word[0] = ss_small_letters(low);
    start->word[1] = ss_small_letters(high);
    return 1;
}

/*
 * Whether it begins as one of the names. Those that are not in use have a mask of zeros. Without a
 * branch: eight of them would be thousands of ways to the verifier.
 */
SS_INLINE int ss_begins_as(const struct ss_agent_start *start, const struct ss_guard_agent *names) {
    __u64 found = 0;
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < SS_GUARD_AGENTS; i++) {
        __u64 differs = ((start->word[0] & names[i].mask[0]) ^ names[i].text[0]) |
                        ((start->word[1] & names[i].mask[1]) ^ names[i].text[1]);
        found |= (~differs & (differs - 1)) >> 63 & names[i].mask[0]; /* 1 if differs is 0 */
    }
    return (int)(found & 1);
}

#endif /* SIPSTEER_BPF_AGENT_H */
