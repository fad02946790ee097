/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds the value of the Call-ID header (RFC 3261, 20.8; grammar in 25.1) in a message. Pure.
 *
 * A header counts if its line starts with "Call-ID" or "i" in any case, then blanks or tabs, then
 * a colon. The start line, folded lines (those that begin with a blank) and what follows the
 * empty line are not headers. Lines end with LF, a CR before it or not. The first Call-ID with a
 * value counts. Folds between colon and value are skipped.
 */
#ifndef SIPSTEER_BPF_CALLID_H
#define SIPSTEER_BPF_CALLID_H

#include "bytes.h"
#include <sipsteer/limits.h>

/* A part of a message; length 0: not found. */
struct ss_span {
    __u32 offset;
    __u32 length;
    __u32 open; /* the text ended before the line did: there may be more of it */
};

enum ss_scan_state {
    SS_SCAN_LINE,         /* somewhere in a line that is not wanted: on to the next one */
    SS_SCAN_BEFORE_COLON, /* the name was Call-ID's */
    SS_SCAN_AFTER_COLON,  /* so was the colon */
    SS_SCAN_FOUND
};

struct ss_scan {
    struct ss_text text;
    __u32 at; /* where the scan stands; past what may be read: the end */
    __u32 state;
};

#define SS_SCAN_CHUNK 64

/* Index of the first LF in 64 bytes, SS_SCAN_CHUNK if there is none. */
SS_INLINE __u32 ss_newline_in_chunk(const __u8 *p) {
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < SS_SCAN_CHUNK; i += 8) {
        __u64 marks = ss_mark(ss_load_8(p + i), '\n');
        if (marks)
            return i + ss_first_mark(marks);
    }
    return SS_SCAN_CHUNK;
}

/* "call-id" in the low seven bytes of a word; letters in either case, the hyphen exact. */
SS_INLINE int ss_is_call_id(__u64 word) {
    const __u64 name = 0x0064692d6c6c6163ULL;
    const __u64 letters = 0x0020200020202020ULL;
    return ((word | letters) & 0x00ffffffffffffffULL) == name;
}

/* After the colon: over blanks and folds to the value's first byte. */
SS_INLINE long ss_scan_after_colon(struct ss_scan *scan) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (c < 0)
        return SS_STOP;
    if (ss_is_blank(c)) {
        scan->at = ss_forget(&scan->text, scan->at + 1);
        return SS_GO_ON;
    }
    if (!ss_is_line_end(c)) {
        scan->state = SS_SCAN_FOUND;
        return SS_STOP;
    }
    __u32 next = scan->at + 1;
    if (c == '\r' && ss_text_byte(&scan->text, next) == '\n')
        next++;
    if (ss_is_blank(ss_text_byte(&scan->text, next)))
        scan->at = ss_forget(&scan->text, next + 1); /* a fold */
    else
        scan->state = SS_SCAN_LINE; /* no value: as if the header were not there */
    return SS_GO_ON;
}

/* After the name: over blanks to the colon. Anything else makes it another header. */
SS_INLINE long ss_scan_before_colon(struct ss_scan *scan) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (c == ':') {
        scan->at = ss_forget(&scan->text, scan->at + 1);
        scan->state = SS_SCAN_AFTER_COLON;
        /* What nearly every message has: one blank, then the value. */
        if (ss_text_byte(&scan->text, scan->at) == ' ')
            scan->at = ss_forget(&scan->text, scan->at + 1);
        return ss_scan_after_colon(scan);
    }
    if (!ss_is_blank(c))
        scan->state = SS_SCAN_LINE;
    else
        scan->at = ss_forget(&scan->text, scan->at + 1);
    return SS_GO_ON;
}

/* At the first byte of a line: the empty line ends the headers, Call-ID's name is looked for. */
SS_INLINE long ss_scan_line_start(struct ss_scan *scan) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (c < 0 || c == '\n')
        return SS_STOP;
    if (c == '\r' && ss_text_byte(&scan->text, scan->at + 1) == '\n')
        return SS_STOP;
    __u32 name = 0;
    if ((c | 0x20) == 'i') {
        name = 1;
    } else if ((c | 0x20) == 'c') {
        const __u8 *p = ss_text_at(&scan->text, scan->at);
        /* With a colon and a value there are more than eight bytes. */
        if (p + 8 <= scan->text.limit && ss_is_call_id(ss_load_8(p)))
            name = 7;
    }
    if (!name)
        return SS_GO_ON;
    scan->at = ss_forget(&scan->text, scan->at + name);
    scan->state = SS_SCAN_BEFORE_COLON;
    return ss_scan_before_colon(scan);
}

/* To the byte after the next LF, by 64 bytes, by 8 or by one, as what may be read allows. */
SS_INLINE long ss_scan_line(struct ss_scan *scan) {
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    __u32 wide, newline;
    if (p + SS_SCAN_CHUNK <= scan->text.limit) {
        wide = SS_SCAN_CHUNK;
        newline = ss_newline_in_chunk(p);
    } else if (p + 8 <= scan->text.limit) {
        __u64 marks = ss_mark(ss_load_8(p), '\n');
        wide = 8;
        newline = marks ? ss_first_mark(marks) : 8;
    } else if (p + 1 <= scan->text.limit) {
        wide = 1;
        newline = *p != '\n';
    } else {
        return SS_STOP;
    }
    int ended = newline < wide;
    __u32 next = scan->at + newline + ended;
    if (next >= scan->text.length)
        return SS_STOP;
    scan->at = ss_forget(&scan->text, next);
    return ended ? ss_scan_line_start(scan) : SS_GO_ON;
}

static long ss_scan_step(__u32 index, void *context) {
    struct ss_scan *scan = (struct ss_scan *)context;
    (void)index;
    if (scan->state == SS_SCAN_LINE)
        return ss_scan_line(scan);
    if (scan->state == SS_SCAN_BEFORE_COLON)
        return ss_scan_before_colon(scan);
    return ss_scan_after_colon(scan);
}

/* A value's end. */
struct ss_value_end {
    struct ss_text text;
    __u32 start;
    __u32 at;
    __u32 most; /* offset behind which nothing belongs to the value */
};

SS_INLINE __u64 ss_mark_line_end(__u64 word) {
    return ss_mark(word, '\n') | ss_mark(word, '\r');
}

static long ss_value_end_step(__u32 index, void *context) {
    struct ss_value_end *end = (struct ss_value_end *)context;
    const __u8 *p = ss_text_at(&end->text, end->at);
    (void)index;
    if (end->at >= end->most)
        return SS_STOP;
    if (p + 16 <= end->text.limit) {
        __u64 marks = ss_mark_line_end(ss_load_8(p));
        if (!marks) {
            end->at += 8;
            marks = ss_mark_line_end(ss_load_8(p + 8));
        }
        end->at = ss_forget(&end->text, end->at + (marks ? ss_first_mark(marks) : 8));
        return marks ? SS_STOP : SS_GO_ON;
    }
    if (p + 1 > end->text.limit || ss_is_line_end(*p))
        return SS_STOP;
    end->at = ss_forget(&end->text, end->at + 1);
    return SS_GO_ON;
}

static long ss_trim_step(__u32 index, void *context) {
    struct ss_value_end *end = (struct ss_value_end *)context;
    (void)index;
    if (end->at <= end->start || !ss_is_blank(ss_text_byte(&end->text, end->at - 1)))
        return SS_STOP;
    end->at = ss_forget(&end->text, end->at - 1);
    return SS_GO_ON;
}

/*
 * The value that starts at an offset: to the line's end, at most SS_KEY_BYTES of it, trailing
 * blanks left off: after the cut, so that the key does not depend on how many of them follow.
 */
SS_INLINE struct ss_span ss_value_span(const struct ss_text *text, __u32 start) {
    struct ss_value_end end = {*text, start, start, text->length};
    int cut = text->length - start > SS_KEY_BYTES;
    if (cut)
        end.most = start + SS_KEY_BYTES;
    ss_loop(SS_KEY_BYTES, ss_value_end_step, &end);
    /* What may be read can end before the message does: the value may go on there, too. */
    __u32 open = end.at < end.most ? ss_text_byte(text, end.at) < 0 : !cut;
    if (end.at > end.most)
        end.at = end.most;
    if (end.at > start && ss_is_blank(ss_text_byte(text, end.at - 1)))
        ss_loop(SS_KEY_BYTES, ss_trim_step, &end);
    struct ss_span span = {start, end.at - start, open};
    return span;
}

/*
 * The Call-ID's value in a message whose first line starts at offset start (leading line ends
 * skipped, see message.h).
 */
SS_INLINE struct ss_span ss_find_call_id(const struct ss_text *text, __u32 start) {
    struct ss_scan scan = {*text, ss_forget(text, start), SS_SCAN_LINE};
    struct ss_span none = {0, 0, 0};
    /* Every step moves on by a byte or changes the state; each state is left at most once a byte.
     */
    ss_loop(2 * text->length, ss_scan_step, &scan);
    if (scan.state != SS_SCAN_FOUND)
        return none;
    return ss_value_span(text, scan.at);
}

#endif /* SIPSTEER_BPF_CALLID_H */
