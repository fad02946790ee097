/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds where the values of the headers that matter start: one walk through the message. Pure.
 *
 * A header counts if its line starts with its name or its compact form in any case (RFC 3261, 7.3),
 * then blanks or tabs, then a colon. The start line, folded lines (those that begin with a blank)
 * and what follows the empty line are not headers. Lines end with LF, a CR before it or not. Folds
 * between colon and value are skipped. The first header with a value counts.
 */
#ifndef SIPSTEER_BPF_HEADERS_H
#define SIPSTEER_BPF_HEADERS_H

#include "bytes.h"

enum ss_header {
    SS_HEADER_CALL_ID,
    SS_HEADER_VIA,
    SS_HEADER_TO,
    SS_HEADER_CSEQ,
    SS_HEADER_REPLACES,      /* RFC 3891 */
    SS_HEADER_TARGET_DIALOG, /* RFC 4538 */
    SS_HEADER_USER_AGENT,
    SS_HEADER_FROM,
    SS_HEADER_CONTENT_LENGTH,
    SS_HEADERS
};

/* Sets of headers: where all of a set were found, the walk need not go on. */
#define SS_HEADER_BIT(header) (1U << (header))
#define SS_MAIN_HEADERS                                                                            \
    (SS_HEADER_BIT(SS_HEADER_CALL_ID) | SS_HEADER_BIT(SS_HEADER_VIA) |                             \
     SS_HEADER_BIT(SS_HEADER_FROM) | SS_HEADER_BIT(SS_HEADER_TO) | SS_HEADER_BIT(SS_HEADER_CSEQ))
#define SS_ALL_HEADERS (SS_HEADER_BIT(SS_HEADERS) - 1)
#define SS_TO_THE_END SS_HEADER_BIT(SS_HEADERS) /* none of them: the walk does not end before */

/* What a walk found: offsets in the message. */
struct ss_headers {
    __u16 value[SS_HEADERS]; /* of each value's first byte; 0: not found */
    __u16 second_line;       /* 0: there is none */
    __u16 end;               /* where the walk stands, and can be taken up again */
    __u16 lines;             /* that it has looked at */
    __u16 empty_line;        /* where the headers end; 0: that was not seen */
};

/*
 * Lines that are looked at: who fills a datagram with the shortest ones is to cost no more than
 * that. What lies behind them is not seen.
 */
#define SS_HEADER_LINES 256

/*
 * The verifier follows what starts at a multiple of eight bytes more closely than what does not:
 * at and lines, which each step changes, do not, or the program is three times as long to it.
 */
struct ss_walk {
    struct ss_text text;
    struct ss_headers found;
    __u32 at;     /* where the walk stands; past what may be read: the end */
    __u32 wanted; /* headers that are not found yet, of those that matter to the caller */
    __u32 lines;  /* looked at so far */
    __u32 header; /* enum ss_header, and 1: the line has its name; 0: on to the next line */
    __u32 pad;
    __u32 colon; /* that behind the name was seen */
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

/* Takes the walk to an offset, which is forgotten. */
SS_INLINE long ss_walk_to(struct ss_walk *walk, __u32 at) {
    walk->at = ss_forget(&walk->text, at);
    return SS_GO_ON;
}

/* Where a walk stands behind all that it may read, and behind the empty line. */
#define SS_WALK_AT_END SS_TEXT_MAX
#define SS_WALK_AT_EMPTY_LINE (SS_TEXT_MAX - 1)

/* Ends the walk for good. */
SS_INLINE long ss_walk_end(struct ss_walk *walk) {
    walk->at = ss_forget(&walk->text, SS_WALK_AT_END);
    return SS_STOP;
}

SS_INLINE long ss_walk_end_at_empty_line(struct ss_walk *walk) {
    walk->found.empty_line = (__u16)walk->at;
    walk->at = ss_forget(&walk->text, SS_WALK_AT_EMPTY_LINE);
    return SS_STOP;
}

/* Counts a line; 0: there have been enough. */
SS_INLINE int ss_walk_count(struct ss_walk *walk) {
    walk->lines = ss_forget(&walk->text, walk->lines + 1);
    return walk->lines <= SS_HEADER_LINES;
}

/* At the first byte of a header's value. */
SS_INLINE long ss_walk_note(struct ss_walk *walk, __u32 header) {
    header &= 15;
    if (header < SS_HEADERS && !walk->found.value[header]) {
        walk->found.value[header] = (__u16)walk->at;
        walk->wanted = ss_forget(&walk->text, walk->wanted & ~SS_HEADER_BIT(header));
    }
    walk->header = 0;
    return walk->wanted ? SS_GO_ON : SS_STOP;
}

/* "target-d" was seen: whether "ialog" follows at an offset. */
SS_INLINE int ss_is_ialog(const struct ss_text *text, __u32 at) {
    const __u8 *p = ss_text_at(text, at);
    return p + 8 <= text->limit &&
           ((ss_load_8(p) | SS_BYTES(0x20)) & 0xffffffffffULL) == 0x676f6c6169ULL;
}

/* "content-" was seen: whether "length" follows at an offset. */
SS_INLINE int ss_is_length(const struct ss_text *text, __u32 at) {
    const __u8 *p = ss_text_at(text, at);
    return p + 8 <= text->limit &&
           ((ss_load_8(p) | SS_BYTES(0x20)) & 0xffffffffffffULL) == 0x6874676e656cULL;
}

/* "user-age" was seen: whether "nt" follows at an offset. */
SS_INLINE int ss_is_nt(const struct ss_text *text, __u32 at) {
    const __u8 *p = ss_text_at(text, at);
    return p + 2 <= text->limit && (p[0] | 0x20) == 'n' && (p[1] | 0x20) == 't';
}

#define SS_NAMED(header, length) ((header) << 8 | (length))

/*
 * The header whose name a line starts with, as SS_NAMED(); 0: none of them. word: its first eight
 * bytes, the first one lowest; first: that one, small.
 */
SS_INLINE __u32 ss_header_named(const struct ss_walk *walk, __u32 first, __u64 word) {
    __u64 small = word | SS_BYTES(0x20);
    switch (first) {
    case 'v':
        return SS_NAMED(SS_HEADER_VIA, (small & 0xffffffULL) == 0x616976ULL ? 3 : 1);
    case 'i':
        return SS_NAMED(SS_HEADER_CALL_ID, 1);
    case 'c':
        if (((word | 0x0020200020202020ULL) & 0x00ffffffffffffffULL) == 0x0064692d6c6c6163ULL)
            return SS_NAMED(SS_HEADER_CALL_ID, 7);
        if ((word | 0x0020202020202020ULL) == 0x2d746e65746e6f63ULL &&
            ss_is_length(&walk->text, walk->at + 8))
            return SS_NAMED(SS_HEADER_CONTENT_LENGTH, 14);
        return (small & 0xffffffffULL) == 0x71657363ULL ? SS_NAMED(SS_HEADER_CSEQ, 4) : 0;
    case 't':
        if ((small & 0xffffULL) == 0x6f74ULL)
            return SS_NAMED(SS_HEADER_TO, 2);
        if ((word | 0x2000202020202020ULL) == 0x642d746567726174ULL &&
            ss_is_ialog(&walk->text, walk->at + 8))
            return SS_NAMED(SS_HEADER_TARGET_DIALOG, 13);
        return SS_NAMED(SS_HEADER_TO, 1);
    case 'f':
        return SS_NAMED(SS_HEADER_FROM, (small & 0xffffffffULL) == 0x6d6f7266ULL ? 4 : 1);
    case 'l':
        return SS_NAMED(SS_HEADER_CONTENT_LENGTH, 1);
    case 'r':
        return small == 0x736563616c706572ULL ? SS_NAMED(SS_HEADER_REPLACES, 8) : 0;
    case 'u':
        return (word | 0x2020200020202020ULL) == 0x6567612d72657375ULL &&
                       ss_is_nt(&walk->text, walk->at + 8)
                   ? SS_NAMED(SS_HEADER_USER_AGENT, 10)
                   : 0;
    default:
        return 0;
    }
}

/* Over blanks and tabs, of which there is one at least. */
SS_INLINE long ss_walk_blanks(struct ss_walk *walk) {
    const __u8 *p = ss_text_at(&walk->text, walk->at);
    __u32 blanks = p + 8 <= walk->text.limit ? ss_run_of(ss_load_8(p), ' ', '\t') : 1;
    return ss_walk_to(walk, walk->at + blanks);
}

/* After the colon: over folds to the value's first byte. */
SS_INLINE long ss_walk_value(struct ss_walk *walk, int c) {
    if (!ss_is_line_end(c))
        return ss_walk_note(walk, walk->header - 1U);
    __u32 next = walk->at + 1;
    int line_feed = c == '\n'; /* a CR alone ends no line that counts */
    if (c == '\r' && ss_text_byte(&walk->text, next) == '\n') {
        line_feed = 1;
        next++;
    }
    if (!ss_is_blank(ss_text_byte(&walk->text, next))) {
        walk->header = 0; /* no value: as if the header were not there */
        return SS_GO_ON;
    }
    return !line_feed || ss_walk_count(walk) ? ss_walk_to(walk, next + 1) : ss_walk_end(walk);
}

/* Behind a header's name: over blanks to the colon and on to the value. */
SS_INLINE long ss_walk_named(struct ss_walk *walk) {
    int c = ss_text_byte(&walk->text, walk->at);
    if (c < 0)
        return ss_walk_end(walk);
    if (ss_is_blank(c))
        return ss_walk_blanks(walk);
    if (walk->colon)
        return ss_walk_value(walk, c);
    walk->colon = ss_forget(&walk->text, 1);
    if (c == ':')
        return ss_walk_to(walk, walk->at + 1);
    walk->header = 0; /* a longer name: another header */
    return SS_GO_ON;
}

/* At the first byte of a line: the empty line ends the headers, others may be looked for. */
SS_INLINE long ss_walk_line(struct ss_walk *walk) {
    const __u8 *p = ss_text_at(&walk->text, walk->at);
    int c = ss_text_byte(&walk->text, walk->at);
    if (!walk->lines)
        walk->found.second_line = (__u16)walk->at;
    if (!ss_walk_count(walk) || c < 0)
        return ss_walk_end(walk);
    if (c == '\n' || (c == '\r' && ss_text_byte(&walk->text, walk->at + 1) == '\n'))
        return ss_walk_end_at_empty_line(walk);
    /* With a colon and a value there are more than eight bytes of a name that is not compact. */
    __u64 word = p + 8 <= walk->text.limit ? ss_load_8(p) : (__u64)(__u32)c;
    __u32 named = ss_forget(&walk->text, ss_header_named(walk, (__u32)c | 0x20, word));
    if (!named)
        return SS_GO_ON;
    __u32 at = walk->at + (named & 0xff);
    const __u8 *colon = ss_text_at(&walk->text, at);
    ss_walk_to(walk, at);
    walk->header = ss_forget(&walk->text, (named >> 8) + 1);
    walk->colon = ss_forget(&walk->text, 0);
    /* What nearly every message has: the colon, one blank, the value. */
    if (at + 3 > walk->text.length || colon + 3 > walk->text.limit || colon[0] != ':' ||
        colon[1] != ' ' || colon[2] <= ' ')
        return SS_GO_ON;
    ss_walk_to(walk, at + 2);
    return ss_walk_note(walk, named >> 8);
}

/* To the byte after the next LF, by 64 bytes, by 8 or by one, as what may be read allows. */
SS_INLINE long ss_walk_on(struct ss_walk *walk) {
    const __u8 *p = ss_text_at(&walk->text, walk->at);
    __u32 wide, newline;
    if (p + SS_SCAN_CHUNK <= walk->text.limit) {
        wide = SS_SCAN_CHUNK;
        newline = ss_byte_in_chunk(p, '\n');
    } else if (p + 8 <= walk->text.limit) {
        __u64 marks = ss_mark(ss_load_8(p), '\n');
        wide = 8;
        newline = marks ? ss_first_mark(marks) : 8;
    } else if (p + 1 <= walk->text.limit) {
        wide = 1;
        newline = *p != '\n';
    } else {
        return ss_walk_end(walk);
    }
    newline = ss_forget(&walk->text, newline);
    int ended = newline < wide;
    __u32 next = walk->at + newline + ended;
    if (next >= walk->text.length)
        return ss_walk_end(walk);
    ss_walk_to(walk, next);
    return ended ? ss_walk_line(walk) : SS_GO_ON;
}

static long ss_walk_step(__u32 index, void *context) {
    struct ss_walk *walk = (struct ss_walk *)context;
    (void)index;
    return walk->header ? ss_walk_named(walk) : ss_walk_on(walk);
}

/* Starts or takes up a walk; the verifier is to know nothing of where it has got to. */
SS_INLINE void ss_walk_run(const struct ss_text *text, __u32 at, __u32 wanted,
                           struct ss_headers *found) {
    struct ss_walk walk = {.text = *text,
                           .found = *found,
                           .at = ss_forget(text, at),
                           .wanted = ss_forget(text, wanted),
                           .lines = ss_forget(text, found->lines),
                           .header = ss_forget(text, 0),
                           .colon = ss_forget(text, 0)};
    /* Every step but the one behind a name moves on by a byte at least. */
    ss_loop(2 * text->length, ss_walk_step, &walk);
    walk.found.end = (__u16)walk.at;
    walk.found.lines = (__u16)walk.lines;
    *found = walk.found;
}

/*
 * The headers of a message whose first line starts at offset start: up to where all that are wanted
 * (SS_HEADER_BIT) were found.
 */
SS_INLINE void ss_find_headers(const struct ss_text *text, __u32 start, __u32 wanted,
                               struct ss_headers *headers) {
    __u16 no = (__u16)ss_forget(text, 0);
    const struct ss_headers none = {{no, no, no, no, no, no, no, no, no}, no, no, no, no};
    *headers = none;
    ss_walk_run(text, start, wanted, headers);
}

/* Whether a message has more lines than are looked at. */
SS_INLINE int ss_headers_are_cut(const struct ss_headers *headers) {
    return headers->lines > SS_HEADER_LINES;
}

/* Whether the text ended, or the lines that are looked at, before the headers did. */
SS_INLINE int ss_headers_go_on(const struct ss_headers *headers) {
    return headers->end == SS_WALK_AT_END;
}

/* Goes on where a walk has stopped, unless that was for good. */
SS_INLINE void ss_find_more_headers(const struct ss_text *text, __u32 wanted,
                                    struct ss_headers *headers) {
    if (headers->end < SS_WALK_AT_EMPTY_LINE)
        ss_walk_run(text, headers->end, wanted, headers);
}

#endif /* SIPSTEER_BPF_HEADERS_H */
