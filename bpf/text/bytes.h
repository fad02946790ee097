/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reading a message eight bytes at a time. Pure: compiles for BPF and natively (for the unit
 * tests and the fuzzers).
 */
#ifndef SIPSTEER_BPF_BYTES_H
#define SIPSTEER_BPF_BYTES_H

#include "verifier.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the scan takes the lowest byte of a word for the first in memory"
#endif

/* Eight bytes from p on, which may be at any address; the verifier has seen that they are there. */
SS_INLINE __u64 ss_load_8(const __u8 *p) {
#ifdef __bpf__
    return *(const __u64 *)p;
#else
    __u64 word;
    __builtin_memcpy(&word, p, sizeof(word));
    return word;
#endif
}

/*
 * A message: length bytes from start. limit is the end of what may be read, which can lie before
 * or behind the message's own end; the verifier knows it as the packet's end.
 */
struct ss_text {
    const __u8 *start;
    const __u8 *limit;
    __u32 length; /* 0 to SS_TEXT_MAX */
    __u32 noise;  /* any number that the verifier does not know (ss_forget) */
};

/* Offsets are masked, not compared, which the verifier follows on every kernel. */
#define SS_TEXT_MAX 0x3fffU

SS_INLINE const __u8 *ss_text_at(const struct ss_text *text, __u32 at) {
    const __u8 *p = text->start + (at & SS_TEXT_MAX);
    SS_PIN(p);
    return p;
}

/*
 * An offset as a loop keeps it from step to step: as it is, but the verifier knows no more of it
 * than that it lies within SS_TEXT_MAX. What it knew, it would follow through every step of the
 * loop; like this, one step is like the next.
 */
SS_INLINE __u32 ss_forget(const struct ss_text *text, __u32 offset) {
    __u32 noise = text->noise;
    __u32 copy = noise;
    SS_PIN(copy);
    return (offset | (noise & ~copy)) & SS_TEXT_MAX;
}

/* The byte at an offset, or -1 past the message or past what may be read. */
SS_INLINE int ss_text_byte(const struct ss_text *text, __u32 at) {
    const __u8 *p = ss_text_at(text, at);
    if (at >= text->length || p + 1 > text->limit)
        return -1;
    return *p;
}

#define SS_BYTES(byte) (0x0101010101010101ULL * (byte))

/*
 * 0x80 in the first byte of word that equals byte, 0 if there is none. Bytes after the first hit
 * may be marked wrongly: take the lowest one only (ss_first_mark).
 */
SS_INLINE __u64 ss_mark(__u64 word, __u8 byte) {
    __u64 x = word ^ SS_BYTES(byte);
    return (x - SS_BYTES(1)) & ~x & SS_BYTES(0x80);
}

/* Index, 0 to 7, of the lowest marked byte. marks is not 0. */
SS_INLINE __u32 ss_first_mark(__u64 marks) {
    __u64 lowest = (marks & -marks) >> 7;
    return (__u32)((lowest * 0x0001020304050607ULL) >> 56);
}

/* How many bytes at the start of a word, 0 to 8, are one of two. */
SS_INLINE __u32 ss_run_of(__u64 word, __u8 byte, __u8 other) {
    __u64 a = word ^ SS_BYTES(byte), b = word ^ SS_BYTES(other), low = SS_BYTES(0x7f);
    __u64 neither = (((a & low) + low) | a) & (((b & low) + low) | b) & SS_BYTES(0x80);
    return neither ? ss_first_mark(neither) : 8;
}

SS_INLINE int ss_is_blank(int c) {
    return c == ' ' || c == '\t';
}

SS_INLINE int ss_is_line_end(int c) {
    return c == '\r' || c == '\n';
}

#endif /* SIPSTEER_BPF_BYTES_H */
