/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The method in CSeq, behind the number: that of a response is nowhere else (RFC 3261, 20.16).
 * Pure.
 */
#ifndef SIPSTEER_BPF_CSEQ_H
#define SIPSTEER_BPF_CSEQ_H

#include "headers.h"
#include "message.h"

/* Digits, blanks and folds before the method, at most. */
#define SS_CSEQ_STEPS 64

struct ss_cseq_scan {
    struct ss_text text;
    __u32 at;
    __u32 gap; /* a blank or a fold came: the number has ended */
};

SS_INLINE long ss_cseq_move(struct ss_cseq_scan *scan, __u32 at, __u32 gap) {
    scan->at = ss_forget(&scan->text, at);
    scan->gap = gap;
    return SS_GO_ON;
}

static long ss_cseq_step(__u32 index, void *context) {
    struct ss_cseq_scan *scan = (struct ss_cseq_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at);
    __u32 next = scan->at + 1;
    (void)index;
    if (ss_is_blank(c))
        return ss_cseq_move(scan, next, 1);
    if (c >= '0' && c <= '9' && !scan->gap)
        return ss_cseq_move(scan, next, 0);
    if (!ss_is_line_end(c))
        return SS_STOP;
    if (c == '\r' && ss_text_byte(&scan->text, next) == '\n')
        next++;
    return ss_is_blank(ss_text_byte(&scan->text, next)) ? ss_cseq_move(scan, next + 1, 1) : SS_STOP;
}

struct ss_number_scan {
    struct ss_text text;
    __u32 at;
    __u32 number;
};

static long ss_number_step(__u32 index, void *context) {
    struct ss_number_scan *scan = (struct ss_number_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at);
    (void)index;
    if (c < '0' || c > '9')
        return SS_STOP;
    scan->number = scan->number * 10 + (__u32)(c - '0');
    scan->at = ss_forget(&scan->text, scan->at + 1);
    return SS_GO_ON;
}

/* The number at an offset, modulo 2^32, and where its digits end. */
SS_INLINE struct ss_number_scan ss_number_at(const struct ss_text *text, __u32 at) {
    struct ss_number_scan scan = {*text, ss_forget(text, at), 0};
    ss_loop(SS_CSEQ_STEPS, ss_number_step, &scan);
    return scan;
}

/* The number in a CSeq whose value stands at an offset, modulo 2^32; 0 if there is none. */
SS_INLINE __u32 ss_cseq_number(const struct ss_text *text, __u32 cseq) {
    return cseq ? ss_number_at(text, cseq).number : 0;
}

SS_INLINE int ss_ends_method(int c) {
    return c < 0 || ss_is_blank(c) || ss_is_line_end(c);
}

/*
 * enum ss_method of a CSeq whose value stands at an offset: SS_METHOD_OTHER for one that is not
 * known, SS_METHOD_NONE if there is none.
 */
SS_INLINE __u32 ss_cseq_method(const struct ss_text *text, __u32 cseq) {
    struct ss_cseq_scan scan = {*text, ss_forget(text, cseq), 0};
    __u64 word = 0;
    __u32 length = 0;
    if (!cseq)
        return SS_METHOD_NONE;
    ss_loop(SS_CSEQ_STEPS, ss_cseq_step, &scan);
    if (!scan.gap)
        return SS_METHOD_NONE;
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < 8; i++) {
        int c = ss_text_byte(text, scan.at + i);
        if (ss_ends_method(c))
            break;
        word |= (__u64)(__u8)c << (8 * i);
        length++;
    }
    if (length == 0)
        return SS_METHOD_NONE;
    if (length < 8) /* with the blank that ends a method in a request's first line */
        word |= (__u64)' ' << (8 * length);
    __u32 method = ss_short_method(word);
    int ninth = ss_text_byte(text, scan.at + 8);
    if (word == SS_WORD('R', 'E', 'G', 'I', 'S', 'T', 'E', 'R') && ss_ends_method(ninth))
        method = SS_METHOD_REGISTER;
    if (word == SS_WORD('S', 'U', 'B', 'S', 'C', 'R', 'I', 'B') && ninth == 'E' &&
        ss_ends_method(ss_text_byte(text, scan.at + 9)))
        method = SS_METHOD_SUBSCRIBE;
    return method == SS_METHOD_NONE ? SS_METHOD_OTHER : method;
}

#endif /* SIPSTEER_BPF_CSEQ_H */
