/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds where the value of a header starts in a message. Pure.
 *
 * A header counts if its line starts with its name or its compact form in any case (RFC 3261, 7.3),
 * then blanks or tabs, then a colon. The start line, folded lines (those that begin with a blank)
 * and what follows the empty line are not headers. Lines end with LF, a CR before it or not. Folds
 * between colon and value are skipped. The first header with a value counts.
 */
#ifndef SIPSTEER_BPF_HEADER_H
#define SIPSTEER_BPF_HEADER_H

#include "bytes.h"

/* Names, as the scan compares them: the first byte in memory lowest. */
struct ss_header {
    __u64 name;    /* its first eight bytes, in small letters */
    __u64 letters; /* 0x20 where they have a letter: its case does not matter */
    __u64 mask;    /* those of them that the name has */
    __u64 tail;    /* what follows them: letters only, small */
    __u32 length;
    __u32 compact; /* the compact form's one letter, small; 0: there is none */
};

/* "call-id", i; "cseq"; "to", t; "via", v. */
#define SS_HEADER_CALL_ID                                                                          \
    { 0x0064692d6c6c6163ULL, 0x0020200020202020ULL, 0x00ffffffffffffffULL, 0, 7, 'i' }
#define SS_HEADER_CSEQ                                                                             \
    { 0x71657363ULL, 0x20202020ULL, 0xffffffffULL, 0, 4, 0 }
#define SS_HEADER_TO                                                                               \
    { 0x6f74ULL, 0x2020ULL, 0xffffULL, 0, 2, 't' }
#define SS_HEADER_VIA                                                                              \
    { 0x616976ULL, 0x202020ULL, 0xffffffULL, 0, 3, 'v' }

/* "replaces" (RFC 3891); "target-dialog" (RFC 4538). */
#define SS_HEADER_REPLACES                                                                         \
    { 0x736563616c706572ULL, 0x2020202020202020ULL, ~0ULL, 0, 8, 0 }
#define SS_HEADER_TARGET_DIALOG                                                                    \
    { 0x642d746567726174ULL, 0x2000202020202020ULL, ~0ULL, 0x676f6c6169ULL, 13, 0 }

enum ss_scan_state {
    SS_SCAN_LINE,         /* somewhere in a line that is not wanted: on to the next one */
    SS_SCAN_BEFORE_COLON, /* the name was the header's */
    SS_SCAN_AFTER_COLON,  /* so was the colon */
    SS_SCAN_FOUND
};

struct ss_scan {
    struct ss_text text;
    struct ss_header header;
    __u32 at; /* where the scan stands; past what may be read: the end */
    __u32 state;
};

#define SS_SCAN_CHUNK 64

/* Index of the first such byte in 64, SS_SCAN_CHUNK if there is none. */
SS_INLINE __u32 ss_byte_in_chunk(const __u8 *p, __u8 byte) {
#pragma clang loop unroll(full)
    for (__u32 i = 0; i < SS_SCAN_CHUNK; i += 8) {
        __u64 marks = ss_mark(ss_load_8(p + i), byte);
        if (marks)
            return i + ss_first_mark(marks);
    }
    return SS_SCAN_CHUNK;
}

/* Whether what follows of a longer name is there, at p. */
SS_INLINE int ss_has_tail(const struct ss_scan *scan, const __u8 *p) {
    const struct ss_header *header = &scan->header;
    if (header->length <= 8)
        return 1;
    __u64 mask = ~0ULL >> (64 - 8 * (header->length & 7));
    return p + 8 <= scan->text.limit &&
           ((ss_load_8(p) | (SS_BYTES(0x20) & mask)) & mask) == header->tail;
}

/* Length of the header's name at the start of a line with this first byte; 0: another header. */
SS_INLINE __u32 ss_name_length(const struct ss_scan *scan, int first) {
    const struct ss_header *header = &scan->header;
    __u32 small = (__u32)first | 0x20;
    if (small == (header->name & 0xff)) {
        const __u8 *p = ss_text_at(&scan->text, scan->at);
        /* With a colon and a value there are more than eight bytes. */
        if (p + 8 <= scan->text.limit &&
            ((ss_load_8(p) | header->letters) & header->mask) == header->name &&
            ss_has_tail(scan, p + 8))
            return header->length;
    }
    return small == header->compact;
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

/* At the first byte of a line: the empty line ends the headers, the header's name is looked for. */
SS_INLINE long ss_scan_line_start(struct ss_scan *scan) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (c < 0 || c == '\n')
        return SS_STOP;
    if (c == '\r' && ss_text_byte(&scan->text, scan->at + 1) == '\n')
        return SS_STOP;
    __u32 name = ss_name_length(scan, c);
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
        newline = ss_byte_in_chunk(p, '\n');
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

/*
 * Offset of the first byte of the header's value in a message whose first line starts at offset
 * start; the text's length if there is none.
 */
SS_INLINE __u32 ss_find_header(const struct ss_text *text, struct ss_header header, __u32 start) {
    struct ss_scan scan = {*text, header, ss_forget(text, start), SS_SCAN_LINE};
    /* Every step moves on by a byte or changes the state; each state is left at most once a byte.
     */
    ss_loop(2 * text->length, ss_scan_step, &scan);
    return scan.state == SS_SCAN_FOUND ? scan.at : text->length;
}

#endif /* SIPSTEER_BPF_HEADER_H */
