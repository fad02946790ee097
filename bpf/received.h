/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds the parameter "received" of the topmost Via value (RFC 3261, 18.2.1): the address that a
 * request came from, by the word of the one who answers it. Pure.
 *
 *     Via: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK1;received=192.0.2.7      192.0.2.7
 *     v: SIP/2.0/UDP [2001:db8::7];Received = 2001:db8::9 ;rport=5060           2001:db8::9
 */
#ifndef SIPSTEER_BPF_RECEIVED_H
#define SIPSTEER_BPF_RECEIVED_H

#include "callid.h"
#include "stops.h"

/* "received" */
#define SS_RECEIVED_WORD 0x6465766965636572ULL
#define SS_RECEIVED_LETTERS 0x2020202020202020ULL

enum ss_received_state {
    SS_RECEIVED_TEXT = 0,
    SS_RECEIVED_QUOTED, /* in the quotes of another parameter */
    SS_RECEIVED_NAME,   /* behind a semicolon */
    SS_RECEIVED_EQUAL,  /* behind the name */
    SS_RECEIVED_BLANK,  /* behind the equals sign */
    SS_RECEIVED_VALUE,
    SS_RECEIVED_END
};

SS_INLINE long ss_received_enter(struct ss_stop_scan *scan, __u32 state, __u32 bytes) {
    scan->state = ss_forget(&scan->text, state);
    return ss_stop_skip(scan, bytes);
}

/* Between parameters: blanks, and folds. */
SS_INLINE long ss_received_gap(struct ss_stop_scan *scan, int c, __u32 state) {
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    if (c == '\n')
        return ss_stop_fold(scan);
    if (ss_is_blank(c) || c == '\r')
        return ss_stop_skip(scan, 1);
    if (state == SS_RECEIVED_EQUAL)
        return ss_received_enter(scan, c == '=' ? SS_RECEIVED_BLANK : SS_RECEIVED_TEXT, c == '=');
    if (state == SS_RECEIVED_BLANK) {
        scan->start = scan->at;
        return ss_received_enter(scan, SS_RECEIVED_VALUE, 0);
    }
    if (p + 8 <= scan->text.limit && (ss_load_8(p) | SS_RECEIVED_LETTERS) == SS_RECEIVED_WORD)
        return ss_received_enter(scan, SS_RECEIVED_EQUAL, 8);
    return ss_received_enter(scan, SS_RECEIVED_TEXT, 0);
}

static long ss_received_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    __u32 state = scan->state;
    (void)index;
    if (state >= SS_RECEIVED_NAME && state <= SS_RECEIVED_BLANK)
        return ss_received_gap(scan, ss_text_byte(&scan->text, scan->at), state);
    int c = ss_to_stop(scan, state == SS_RECEIVED_TEXT     ? SS_STOPS(';', ',', '"')
                             : state == SS_RECEIVED_QUOTED ? SS_STOPS('"', '\\', '"')
                                                           : SS_STOPS(';', ',', ' '));
    if (c == SS_STOP_NONE)
        return SS_GO_ON;
    if (c < 0)
        return SS_STOP;
    if (state == SS_RECEIVED_VALUE) {
        scan->state = ss_forget(&scan->text, SS_RECEIVED_END);
        return SS_STOP;
    }
    if (c == '\n')
        return ss_stop_fold(scan);
    if (c == '\\') /* and what it escapes, unless the line ends there */
        return ss_stop_skip(scan, ss_text_byte(&scan->text, scan->at + 1) == '\n' ? 1 : 2);
    if (c == '"')
        return ss_received_enter(
            scan, state == SS_RECEIVED_QUOTED ? SS_RECEIVED_TEXT : SS_RECEIVED_QUOTED, 1);
    return c == ',' ? SS_STOP : ss_received_enter(scan, SS_RECEIVED_NAME, 1);
}

/*
 * The value of received in a Via whose value stands at an offset, 0: there is no Via; of length 0
 * if there is none, or if the text ends in it. At most SS_KEY_BYTES of it.
 */
SS_INLINE struct ss_span ss_received_at(const struct ss_text *text, __u32 via) {
    __u32 no = ss_forget(text, 0);
    struct ss_stop_scan scan = {*text, ss_forget(text, via), no, no, no};
    const struct ss_span none = {0, 0, 0};
    if (!via)
        return none;
    ss_loop(SS_STOP_STEPS, ss_received_step, &scan);
    __u32 end = scan.at - (ss_text_byte(text, scan.at - 1) == '\r');
    return scan.state == SS_RECEIVED_END ? ss_span_between(scan.start, end) : none;
}

#endif /* SIPSTEER_BPF_RECEIVED_H */
