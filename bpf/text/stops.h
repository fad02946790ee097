/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reads a header's value from one byte that matters to the next. Pure.
 *
 * Line ends matter always: the value goes on behind one if the next line begins with a blank (a
 * fold: RFC 3261, 7.3.1), else it ends.
 */
#ifndef SIPSTEER_BPF_STOPS_H
#define SIPSTEER_BPF_STOPS_H

#include "headers.h"

/* Three bytes that matter. */
#define SS_STOPS(a, b, c) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16)

/* Steps in one value, at most: what lies behind them is not looked at. */
#define SS_STOP_STEPS 256

struct ss_stop_scan {
    struct ss_text text;
    __u32 at;
    __u32 state; /* the user's */
    __u32 start; /* likewise */
    __u32 folds; /* a fold was passed */
};

#define SS_STOP_IS_CUT 4 /* in folds */

SS_INLINE __u64 ss_mark_stops(__u64 word, __u32 stops) {
    return ss_mark(word, (__u8)stops) | ss_mark(word, (__u8)(stops >> 8)) |
           ss_mark(word, (__u8)(stops >> 16)) | ss_mark(word, '\n');
}

/*
 * What ends a parameter's value here: blanks, line ends and other controls, a semicolon, a comma. A
 * token ends at other bytes, too (RFC 3261, 25.1), which clients put in tags all the same.
 */
SS_INLINE __u64 ss_mark_token_end(__u64 word) {
    __u64 below = (word - SS_BYTES(' ' + 1)) & ~word & SS_BYTES(0x80);
    return below | ss_mark(word, ';') | ss_mark(word, ',');
}

/* token is constant where this is called. */
SS_INLINE __u64 ss_mark_either(__u64 word, int token, __u32 stops) {
    return token ? ss_mark_token_end(word) : ss_mark_stops(word, stops);
}

/* Index of the first such byte in 64, SS_SCAN_CHUNK if there is none. */
SS_INLINE __u32 ss_stop_in_chunk(const __u8 *p, int token, __u32 stops) {
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < SS_SCAN_CHUNK; i += 8) {
        __u64 marks = ss_mark_either(ss_load_8(p + i), token, stops);
        if (marks)
            return i + ss_first_mark(marks);
    }
    return SS_SCAN_CHUNK;
}

/* What ss_to_stop() gives where there is no such byte yet; the end of what may be read. */
#define SS_STOP_NONE (-1)
#define SS_STOP_END (-2)

/*
 * Moves the scan on to the next byte that is marked, and gives that; SS_STOP_NONE if there is none
 * in what one step reads. token: ss_mark_either().
 */
SS_INLINE int ss_to_marked(struct ss_stop_scan *scan, int token, __u32 stops) {
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    __u32 wide, found;
    if (scan->at >= scan->text.length)
        return SS_STOP_END;
    if (p + SS_SCAN_CHUNK <= scan->text.limit) {
        wide = SS_SCAN_CHUNK;
        found = ss_stop_in_chunk(p, token, stops);
    } else if (p + 8 <= scan->text.limit) {
        __u64 marks = ss_mark_either(ss_load_8(p), token, stops);
        wide = 8;
        found = marks ? ss_first_mark(marks) : 8;
    } else if (p + 1 <= scan->text.limit) {
        wide = 1;
        found = ss_mark_either(*p | ~0ULL << 8, token, stops) == 0;
    } else {
        return SS_STOP_END;
    }
    scan->at = ss_forget(&scan->text, scan->at + found);
    if (found == wide)
        return SS_STOP_NONE;
    int stop = ss_text_byte(&scan->text, scan->at);
    return stop < 0 ? SS_STOP_END : stop;
}

/* Likewise, to the next byte that is one of stops or an LF. */
SS_INLINE int ss_to_stop(struct ss_stop_scan *scan, __u32 stops) {
    return ss_to_marked(scan, 0, stops);
}

/* To the end of a parameter's value; where the text ends in it, folds becomes SS_STOP_IS_CUT. */
static long ss_token_end_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    int c = ss_to_marked(scan, 1, 0);
    (void)index;
    if (c == SS_STOP_END)
        scan->folds = ss_forget(&scan->text, SS_STOP_IS_CUT);
    return c == SS_STOP_NONE ? SS_GO_ON : SS_STOP;
}

/* The parameter's value from where a scan stands; of length 0: there is none, or it is cut off. */
SS_INLINE struct ss_span ss_token_from(struct ss_stop_scan *scan) {
    const struct ss_span none = {0, 0, 0};
    __u32 start = scan->at;
    ss_loop(SS_STOP_STEPS, ss_token_end_step, scan);
    return scan->folds & SS_STOP_IS_CUT ? none : ss_span_between(start, scan->at);
}

SS_INLINE long ss_stop_skip(struct ss_stop_scan *scan, __u32 bytes) {
    scan->at = ss_forget(&scan->text, scan->at + bytes);
    return SS_GO_ON;
}

/* At an LF: over it if the value goes on behind it. */
SS_INLINE long ss_stop_fold(struct ss_stop_scan *scan) {
    if (!ss_is_blank(ss_text_byte(&scan->text, scan->at + 1)))
        return SS_STOP;
    scan->folds = ss_forget(&scan->text, 1);
    return ss_stop_skip(scan, 2);
}

/* Back over blanks and a CR before where the scan stands, to its start at most. */
static long ss_stop_trim_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at - 1);
    (void)index;
    if (scan->at <= scan->start || (!ss_is_blank(c) && c != '\r'))
        return SS_STOP;
    scan->at = ss_forget(&scan->text, scan->at - 1);
    return SS_GO_ON;
}

#endif /* SIPSTEER_BPF_STOPS_H */
