/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What kind of message a datagram is, from its first bytes. Pure.
 */
#ifndef SIPSTEER_BPF_MESSAGE_H
#define SIPSTEER_BPF_MESSAGE_H

#include "bytes.h"
#include <sipsteer/call_life.h>
#include <sipsteer/method.h>

struct ss_message {
    __u32 start; /* offset of the first line: past leading line ends (RFC 3261, 7.5) */
    __u8 method; /* enum ss_method; SS_METHOD_NONE if the first line is no SIP known here */
};

struct ss_skip {
    struct ss_text text;
    __u32 at;
};

static long ss_skip_line_ends_step(__u32 index, void *context) {
    struct ss_skip *skip = (struct ss_skip *)context;
    const __u8 *p = ss_text_at(&skip->text, skip->at);
    __u32 run = 1;
    (void)index;
    if (!ss_is_line_end(ss_text_byte(&skip->text, skip->at)))
        return SS_STOP;
    if (p + 8 <= skip->text.limit && skip->at + 8 <= skip->text.length)
        run = ss_run_of(ss_load_8(p), '\r', '\n');
    skip->at = ss_forget(&skip->text, skip->at + run);
    return SS_GO_ON;
}

/* Offset of the first byte that is not part of a line end; the length if there is none. */
SS_INLINE __u32 ss_skip_line_ends(const struct ss_text *text) {
    if (!ss_is_line_end(ss_text_byte(text, 0)))
        return 0;
    struct ss_skip skip = {*text, ss_forget(text, 1)};
    ss_loop(text->length, ss_skip_line_ends_step, &skip);
    return skip.at;
}

/* The low bytes of a word that make up a method with the blank behind it. */
#define SS_WORD(a, b, c, d, e, f, g, h)                                                            \
    ((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 |       \
     (__u64)(f) << 40 | (__u64)(g) << 48 | (__u64)(h) << 56)
#define SS_LOW_BYTES(count) (~0ULL >> (64 - 8 * (count)))

/* What a method means to its call, by itself: enum ss_event. */
SS_INLINE __u32 ss_event_of(__u32 method) {
    switch (method) {
    case SS_METHOD_INVITE:
        return SS_EVENT_START;
    case SS_METHOD_ACK:
        return SS_EVENT_ACK;
    case SS_METHOD_CANCEL:
        return SS_EVENT_CANCEL;
    case SS_METHOD_BYE:
        return SS_EVENT_END;
    default:
        return method >= SS_METHOD_RESPONSE_1XX ? SS_EVENT_RESPONSE : SS_EVENT_OTHER;
    }
}

/* The same of a request whose To has a tag: of one of a dialog. A REGISTER never is. */
SS_INLINE __u32 ss_event_in_dialog(__u32 method) {
    __u32 event = ss_event_of(method);
    if (event == SS_EVENT_START)
        return SS_EVENT_REINVITE;
    return event == SS_EVENT_OTHER && method != SS_METHOD_REGISTER ? SS_EVENT_DIALOG : event;
}

/* Methods that are told by the first eight bytes, with the blank behind them. */
SS_INLINE __u8 ss_short_method(__u64 word) {
    __u64 low4 = word & SS_LOW_BYTES(4);
    __u64 low5 = word & SS_LOW_BYTES(5);
    __u64 low6 = word & SS_LOW_BYTES(6);
    __u64 low7 = word & SS_LOW_BYTES(7);
    if (low7 == SS_WORD('I', 'N', 'V', 'I', 'T', 'E', ' ', 0))
        return SS_METHOD_INVITE;
    if (low4 == SS_WORD('A', 'C', 'K', ' ', 0, 0, 0, 0))
        return SS_METHOD_ACK;
    if (low4 == SS_WORD('B', 'Y', 'E', ' ', 0, 0, 0, 0))
        return SS_METHOD_BYE;
    if (low7 == SS_WORD('C', 'A', 'N', 'C', 'E', 'L', ' ', 0))
        return SS_METHOD_CANCEL;
    if (word == SS_WORD('O', 'P', 'T', 'I', 'O', 'N', 'S', ' '))
        return SS_METHOD_OPTIONS;
    if (low6 == SS_WORD('P', 'R', 'A', 'C', 'K', ' ', 0, 0))
        return SS_METHOD_PRACK;
    if (low7 == SS_WORD('N', 'O', 'T', 'I', 'F', 'Y', ' ', 0))
        return SS_METHOD_NOTIFY;
    if (word == SS_WORD('P', 'U', 'B', 'L', 'I', 'S', 'H', ' '))
        return SS_METHOD_PUBLISH;
    if (low5 == SS_WORD('I', 'N', 'F', 'O', ' ', 0, 0, 0))
        return SS_METHOD_INFO;
    if (low6 == SS_WORD('R', 'E', 'F', 'E', 'R', ' ', 0, 0))
        return SS_METHOD_REFER;
    if (word == SS_WORD('M', 'E', 'S', 'S', 'A', 'G', 'E', ' '))
        return SS_METHOD_MESSAGE;
    if (low7 == SS_WORD('U', 'P', 'D', 'A', 'T', 'E', ' ', 0))
        return SS_METHOD_UPDATE;
    return SS_METHOD_NONE;
}

/* enum ss_method of a status line with this first digit of its code. */
SS_INLINE __u8 ss_response_method(int digit) {
    if (digit < '1' || digit > '6')
        return SS_METHOD_RESPONSE_OTHER;
    return (__u8)(SS_METHOD_RESPONSE_1XX + digit - '1');
}

/* enum ss_method of the first line, which starts at an offset with these eight bytes. */
SS_INLINE __u8 ss_method_of(const struct ss_text *text, __u32 start, __u64 word) {
    __u8 method = ss_short_method(word);
    if (method != SS_METHOD_NONE)
        return method;
    int ninth = ss_text_byte(text, start + 8);
    /* SIP-Version, in any case (RFC 3261, 7.1). */
    if ((word | SS_WORD(0x20, 0x20, 0x20, 0, 0, 0, 0, 0)) ==
        SS_WORD('s', 'i', 'p', '/', '2', '.', '0', ' '))
        return ss_response_method(ninth);
    /* Methods have a case (7.1), but there are servers that take this one in any. */
    if (((word | 0x202020202020ULL) & SS_LOW_BYTES(7)) ==
        SS_WORD('i', 'n', 'v', 'i', 't', 'e', ' ', 0))
        return SS_METHOD_INVITE;
    if (word == SS_WORD('R', 'E', 'G', 'I', 'S', 'T', 'E', 'R') && ninth == ' ')
        return SS_METHOD_REGISTER;
    if (word == SS_WORD('S', 'U', 'B', 'S', 'C', 'R', 'I', 'B') && ninth == 'E' &&
        ss_text_byte(text, start + 9) == ' ')
        return SS_METHOD_SUBSCRIBE;
    return SS_METHOD_NONE;
}

SS_INLINE struct ss_message ss_classify(const struct ss_text *text) {
    struct ss_message message = {ss_skip_line_ends(text), SS_METHOD_NONE};
    const __u8 *p = ss_text_at(text, message.start);
    /* The shortest SIP start line is longer than eight bytes. */
    if (message.start + 8 <= text->length && p + 8 <= text->limit)
        message.method = ss_method_of(text, message.start, ss_load_8(p));
    return message;
}

#define SS_STUN_HEADER 20
#define SS_STUN_COOKIE                                                                             \
    0x42a41221U /* 0x2112a442 as read from the wire into a little-endian word                      \
                 */

/*
 * RFC 5389, 6: two zero bits, the magic cookie at byte 4, a length that is a multiple of four.
 */
SS_INLINE int ss_is_stun(const struct ss_text *text) {
    const __u8 *p = ss_text_at(text, 0);
    if (text->length < SS_STUN_HEADER || p + 8 > text->limit)
        return 0;
    __u64 word = ss_load_8(p);
    return (word & 0xc0) == 0 && (word >> 24 & 0x03) == 0 && word >> 32 == SS_STUN_COOKIE;
}

#endif /* SIPSTEER_BPF_MESSAGE_H */
