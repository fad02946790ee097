/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What kind of message a datagram is, from its first bytes. Pure.
 */
#ifndef SIPSTEER_BPF_MESSAGE_H
#define SIPSTEER_BPF_MESSAGE_H

#include "bytes.h"

/* What a message means to the call it belongs to (call_state.h). */
enum ss_event {
    SS_EVENT_START,    /* INVITE */
    SS_EVENT_DIALOG,   /* ACK, PRACK, UPDATE ...: sent when a dialog, or an early one, exists */
    SS_EVENT_CANCEL,   /* CANCEL */
    SS_EVENT_END,      /* BYE */
    SS_EVENT_OTHER,    /* REGISTER, OPTIONS ..., and methods not known */
    SS_EVENT_RESPONSE, /* SIP/2.0 ... */
    SS_EVENT_SOURCE,   /* no Call-ID */
};

struct ss_message {
    __u32 start; /* offset of the first line: past leading line ends (RFC 3261, 7.5) */
    __u8 event;  /* enum ss_event; SS_EVENT_OTHER if the first line is no SIP known here */
    __u8 sip;    /* the first line starts as a known request or as a response */
};

struct ss_skip {
    struct ss_text text;
    __u32 at;
};

static long ss_skip_line_ends_step(__u32 index, void *context) {
    struct ss_skip *skip = (struct ss_skip *)context;
    (void)index;
    if (!ss_is_line_end(ss_text_byte(&skip->text, skip->at)))
        return SS_STOP;
    skip->at = ss_forget(&skip->text, skip->at + 1);
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

/* enum ss_event of a first line that begins with these eight bytes; -1: not known. */
SS_INLINE int ss_event_of(__u64 word) {
    __u64 low4 = word & SS_LOW_BYTES(4);
    __u64 low5 = word & SS_LOW_BYTES(5);
    __u64 low6 = word & SS_LOW_BYTES(6);
    __u64 low7 = word & SS_LOW_BYTES(7);
    if (low7 == SS_WORD('I', 'N', 'V', 'I', 'T', 'E', ' ', 0))
        return SS_EVENT_START;
    if (low4 == SS_WORD('A', 'C', 'K', ' ', 0, 0, 0, 0))
        return SS_EVENT_DIALOG;
    if (low4 == SS_WORD('B', 'Y', 'E', ' ', 0, 0, 0, 0))
        return SS_EVENT_END;
    if (word == SS_WORD('S', 'I', 'P', '/', '2', '.', '0', ' '))
        return SS_EVENT_RESPONSE;
    if (low7 == SS_WORD('C', 'A', 'N', 'C', 'E', 'L', ' ', 0))
        return SS_EVENT_CANCEL;
    if (low6 == SS_WORD('P', 'R', 'A', 'C', 'K', ' ', 0, 0) ||
        low7 == SS_WORD('U', 'P', 'D', 'A', 'T', 'E', ' ', 0) ||
        low5 == SS_WORD('I', 'N', 'F', 'O', ' ', 0, 0, 0) ||
        low7 == SS_WORD('N', 'O', 'T', 'I', 'F', 'Y', ' ', 0) ||
        low6 == SS_WORD('R', 'E', 'F', 'E', 'R', ' ', 0, 0))
        return SS_EVENT_DIALOG;
    if (word == SS_WORD('R', 'E', 'G', 'I', 'S', 'T', 'E', 'R') ||
        word == SS_WORD('O', 'P', 'T', 'I', 'O', 'N', 'S', ' ') ||
        word == SS_WORD('S', 'U', 'B', 'S', 'C', 'R', 'I', 'B') ||
        word == SS_WORD('P', 'U', 'B', 'L', 'I', 'S', 'H', ' ') ||
        word == SS_WORD('M', 'E', 'S', 'S', 'A', 'G', 'E', ' '))
        return SS_EVENT_OTHER;
    return -1;
}

SS_INLINE struct ss_message ss_classify(const struct ss_text *text) {
    struct ss_message message = {ss_skip_line_ends(text), SS_EVENT_OTHER, 0};
    const __u8 *p = ss_text_at(text, message.start);
    /* The shortest SIP start line is longer than eight bytes. */
    if (message.start + 8 > text->length || p + 8 > text->limit)
        return message;
    int event = ss_event_of(ss_load_8(p));
    if (event >= 0) {
        message.event = (__u8)event;
        message.sip = 1;
    }
    return message;
}

#define SS_STUN_HEADER 20
#define SS_STUN_COOKIE 0x42a41221U /* 0x2112a442 as read from the wire into a little-endian word */

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
