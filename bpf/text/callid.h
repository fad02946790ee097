/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds the value of the Call-ID header (RFC 3261, 20.8; grammar in 25.1) in a message. Pure.
 */
#ifndef SIPSTEER_BPF_CALLID_H
#define SIPSTEER_BPF_CALLID_H

#include "headers.h"
#include <sipsteer/limits.h>

/* A part of a message; length 0: not found. */
struct ss_span {
    __u32 offset;
    __u32 length;
    __u32 open; /* the text ended before the line did: there may be more of it */
};

/* From start to end, at most SS_KEY_BYTES; of length 0 if there is nothing between them. */
SS_INLINE struct ss_span ss_span_between(__u32 start, __u32 end) {
    struct ss_span span = {0, 0, 0};
    if (end <= start)
        return span;
    span.offset = start;
    span.length = end - start;
    if (span.length > SS_KEY_BYTES)
        span.length = SS_KEY_BYTES;
    return span;
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

/* The value of a header, by its first byte's offset; of length 0 if there is none: offset 0. */
SS_INLINE struct ss_span ss_header_span(const struct ss_text *text, __u32 value) {
    struct ss_span none = {0, 0, 0};
    return value ? ss_value_span(text, value) : none;
}

/*
 * The Call-ID's value in a message whose first line starts at offset start (leading line ends
 * skipped, see message.h).
 */
SS_INLINE struct ss_span ss_find_call_id(const struct ss_text *text, __u32 start) {
    struct ss_headers headers;
    ss_find_headers(text, start, SS_HEADER_BIT(SS_HEADER_CALL_ID), &headers);
    return ss_header_span(text, headers.value[SS_HEADER_CALL_ID]);
}

#endif /* SIPSTEER_BPF_CALLID_H */
