/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Hashes of names that may be spelled in several ways: the hash of the plainest spelling. Pure.
 *
 *     user      bob  b%6fb  b%6Fb                              bob
 *               a%3bb  a%3Bb                                   a%;b, and not a;b
 *     sent-by   PC33.example.com  pc33.example.com : 5060      pc33.example.com
 *
 * An escape is its character, unless that is reserved (RFC 3261, 19.1.4 and 25.1; RFC 2396, 2.2).
 * A host has no case, and 5060 is the port of a Via over UDP that names none (RFC 3261, 18.2.2).
 */
#ifndef SIPSTEER_BPF_ALIKE_H
#define SIPSTEER_BPF_ALIKE_H

#include "callid.h"
#include "siphash.h"

/* Hashing a name byte by byte. */
struct ss_alike {
    struct ss_siphash hash;
    struct ss_text text;
    __u64 word;     /* bytes that are not hashed yet, the first one lowest */
    __u64 port;     /* of a sent-by, from the colon on; likewise */
    __u32 at;       /* in the text */
    __u32 end;      /* of the name */
    __u32 count;    /* bytes of the plainest spelling, up to here */
    __u32 in_port;  /* bytes of the port */
    __u32 brackets; /* in those of an IPv6 address */
};

SS_INLINE struct ss_alike ss_alike_start(const __u64 secret[2], const struct ss_text *text,
                                         const struct ss_span *name) {
    __u32 no = ss_forget(text, 0);
    struct ss_alike alike = {.hash = ss_siphash_start(secret), .text = *text};
    alike.at = ss_forget(text, name->offset);
    alike.end = name->offset + name->length;
    alike.count = alike.in_port = alike.brackets = no;
    return alike;
}

/* Adds length bytes, 1 to 8, the first one lowest. */
SS_INLINE void ss_alike_add(struct ss_alike *alike, __u64 bytes, __u32 length) {
    __u32 waiting = alike->count & 7;
    alike->word |= bytes << waiting * 8;
    alike->count = ss_forget(&alike->text, alike->count + length);
    if (waiting + length < 8)
        return;
    ss_sip_word(&alike->hash, alike->word);
    alike->word = waiting ? bytes >> (64 - waiting * 8) : 0;
}

SS_INLINE void ss_alike_move(struct ss_alike *alike, __u32 length) {
    alike->at = ss_forget(&alike->text, alike->at + length);
}

SS_INLINE __u64 ss_alike_finish(struct ss_alike *alike) {
    return ss_siphash_finish(&alike->hash, alike->word, alike->count);
}

/* The value of a hexadecimal digit; 16 and more if it is none. */
SS_INLINE __u32 ss_hex_digit(int c) {
    __u32 digit = (__u32)(c - '0');
    __u32 letter = (__u32)((c | 0x20) - 'a');
    return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

/* ; / ? : @ & = + $ , */
SS_INLINE int ss_is_reserved(__u32 c) {
    const __u64 low = 1ULL << ';' | 1ULL << '/' | 1ULL << '?' | 1ULL << ':' | 1ULL << '&' |
                      1ULL << '=' | 1ULL << '+' | 1ULL << '$' | 1ULL << ',';
    return c == '@' || (c < 64 && low >> c & 1);
}

static long ss_user_alike_step(__u32 index, void *context) {
    struct ss_alike *alike = (struct ss_alike *)context;
    int c = ss_text_byte(&alike->text, alike->at);
    (void)index;
    if (c < 0 || alike->at >= alike->end)
        return SS_STOP;
    __u32 high = ss_hex_digit(ss_text_byte(&alike->text, alike->at + 1));
    __u32 low = ss_hex_digit(ss_text_byte(&alike->text, alike->at + 2));
    int escaped = c == '%' && (high | low) < 16 && alike->at + 3 <= alike->end;
    __u32 plain = escaped ? high << 4 | low : (__u32)c;
    int kept = escaped && ss_is_reserved(plain);
    ss_alike_add(alike, kept ? '%' | plain << 8 : plain, 1 + kept);
    ss_alike_move(alike, escaped ? 3 : 1);
    return SS_GO_ON;
}

/* Hash of a user that a span of the text names. */
SS_INLINE __u64 ss_hash_user(const __u64 secret[2], const struct ss_text *text,
                             const struct ss_span *user) {
    struct ss_alike alike = ss_alike_start(secret, text, user);
    ss_loop(SS_KEY_BYTES, ss_user_alike_step, &alike);
    return ss_alike_finish(&alike);
}

static long ss_sent_by_alike_step(__u32 index, void *context) {
    struct ss_alike *alike = (struct ss_alike *)context;
    int c = ss_text_byte(&alike->text, alike->at);
    (void)index;
    if (c < 0 || alike->at >= alike->end)
        return SS_STOP;
    ss_alike_move(alike, 1);
    if (ss_is_blank(c))
        return SS_GO_ON;
    if (c >= 'A' && c <= 'Z')
        c |= 0x20;
    if (c == '[' || c == ']')
        alike->brackets = ss_forget(&alike->text, c == '[');
    if (!alike->in_port && (c != ':' || alike->brackets)) {
        ss_alike_add(alike, (__u32)c, 1);
        return SS_GO_ON;
    }
    if (alike->in_port >= 8) /* no port */
        return SS_STOP;
    alike->port |= (__u64)(__u32)c << alike->in_port * 8;
    alike->in_port = ss_forget(&alike->text, alike->in_port + 1);
    return SS_GO_ON;
}

/* ":5060", and its length: a NUL behind it would not show in the word. */
#define SS_DEFAULT_PORT 0x303630353aULL
#define SS_DEFAULT_PORT_LENGTH 5

/* Hash of a sent-by that a span of the text names. */
SS_INLINE __u64 ss_hash_sent_by(const __u64 secret[2], const struct ss_text *text,
                                const struct ss_span *sent_by) {
    struct ss_alike alike = ss_alike_start(secret, text, sent_by);
    ss_loop(SS_KEY_BYTES, ss_sent_by_alike_step, &alike);
    int is_default = alike.in_port == SS_DEFAULT_PORT_LENGTH && alike.port == SS_DEFAULT_PORT;
    if (alike.in_port && alike.in_port <= 8 && !is_default)
        ss_alike_add(&alike, alike.port, alike.in_port);
    return ss_alike_finish(&alike);
}

#endif /* SIPSTEER_BPF_ALIKE_H */
