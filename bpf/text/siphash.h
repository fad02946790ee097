/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", with one compression and
 * three finalization rounds) of a part of a message. Keyed, so that whoever chooses the Call-ID
 * cannot choose its bucket or its server. Pure.
 */
#ifndef SIPSTEER_BPF_SIPHASH_H
#define SIPSTEER_BPF_SIPHASH_H

#include "bytes.h"

struct ss_siphash {
    __u64 v0, v1, v2, v3;
};

SS_INLINE __u64 ss_rotate_left(__u64 x, unsigned int bits) {
    return x << bits | x >> (64 - bits);
}

SS_INLINE void ss_sip_round(struct ss_siphash *h) {
    h->v0 += h->v1;
    h->v1 = ss_rotate_left(h->v1, 13) ^ h->v0;
    h->v0 = ss_rotate_left(h->v0, 32);
    h->v2 += h->v3;
    h->v3 = ss_rotate_left(h->v3, 16) ^ h->v2;
    h->v0 += h->v3;
    h->v3 = ss_rotate_left(h->v3, 21) ^ h->v0;
    h->v2 += h->v1;
    h->v1 = ss_rotate_left(h->v1, 17) ^ h->v2;
    h->v2 = ss_rotate_left(h->v2, 32);
}

SS_INLINE void ss_sip_word(struct ss_siphash *h, __u64 word) {
    h->v3 ^= word;
    ss_sip_round(h);
    h->v0 ^= word;
}

SS_INLINE struct ss_siphash ss_siphash_start(const __u64 secret[2]) {
    struct ss_siphash h = {secret[0] ^ 0x736f6d6570736575ULL, secret[1] ^ 0x646f72616e646f6dULL,
                           secret[0] ^ 0x6c7967656e657261ULL, secret[1] ^ 0x7465646279746573ULL};
    return h;
}

/* rest: the last length % 8 bytes of the input, zeros above them. */
SS_INLINE __u64 ss_siphash_finish(struct ss_siphash *h, __u64 rest, __u32 length) {
    ss_sip_word(h, rest | (__u64)length << 56);
    h->v2 ^= 0xff;
    ss_sip_round(h);
    ss_sip_round(h);
    ss_sip_round(h);
    return h->v0 ^ h->v1 ^ h->v2 ^ h->v3;
}

/* Hashing a part of a message, 32 bytes a step. */
struct ss_hashing {
    struct ss_siphash hash;
    struct ss_text text;
    __u32 at;
    __u32 left; /* bytes still to be hashed */
};

static long ss_hash_step(__u32 index, void *context) {
    struct ss_hashing *hashing = (struct ss_hashing *)context;
    const __u8 *p = ss_text_at(&hashing->text, hashing->at);
    struct ss_siphash h = hashing->hash;
    __u32 used = 8;
    (void)index;
    if (hashing->left < 8 || p + 8 > hashing->text.limit)
        return SS_STOP;
    ss_sip_word(&h, ss_load_8(p));
    if (p + 32 <= hashing->text.limit) {
        for (; used < 32 && hashing->left >= used + 8; used += 8)
            ss_sip_word(&h, ss_load_8(p + used));
    }
    hashing->hash = h;
    hashing->at = ss_forget(&hashing->text, hashing->at + used);
    hashing->left -= used;
    return hashing->left < 8 ? SS_STOP : SS_GO_ON;
}

/* The last bytes, fewer than eight, as a word. */
SS_INLINE __u64 ss_hash_rest(const struct ss_hashing *hashing) {
    const __u8 *p = ss_text_at(&hashing->text, hashing->at);
    __u64 rest = 0;
    if (p + 8 <= hashing->text.limit)
        return ss_load_8(p) & ~(~0ULL << (hashing->left & 7) * 8);
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < 7; i++) {
        int c = i < hashing->left ? ss_text_byte(&hashing->text, hashing->at + i) : -1;
        if (c >= 0)
            rest |= (__u64)c << i * 8;
    }
    return rest;
}

/* Hash of length bytes (0 to SS_KEY_BYTES) of the text from an offset. */
SS_INLINE __u64 ss_hash_text(const __u64 secret[2], const struct ss_text *text, __u32 offset,
                             __u32 length) {
    struct ss_hashing hashing = {ss_siphash_start(secret), *text, offset, length};
    ss_loop(SS_KEY_BYTES / 8, ss_hash_step, &hashing);
    return ss_siphash_finish(&hashing.hash, ss_hash_rest(&hashing), length);
}

/* Hash of two words: an address. */
SS_INLINE __u64 ss_hash_words(const __u64 secret[2], __u64 first, __u64 second) {
    struct ss_siphash h = ss_siphash_start(secret);
    ss_sip_word(&h, first);
    ss_sip_word(&h, second);
    return ss_siphash_finish(&h, 0, 16);
}

/* 32 bits of it, never 0; 0 for length 0: there is no such part of the message. */
SS_INLINE __u32 ss_hash_part(const __u64 secret[2], const struct ss_text *text, __u32 offset,
                             __u32 length) {
    return length ? (__u32)ss_hash_text(secret, text, offset, length) | 1 : 0;
}

#endif /* SIPSTEER_BPF_SIPHASH_H */
