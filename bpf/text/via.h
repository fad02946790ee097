/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds sent-by in the topmost Via header (RFC 3261, 20.42): the host and port that a message comes
 * from, by its own word. Pure.
 *
 *     Via: SIP/2.0/UDP pc33.example.com:5066;branch=z9hG4bK776          pc33.example.com:5066
 *     v: SIP / 2.0 / UDP first.example.com: 4000 ; ttl=16               first.example.com: 4000
 *
 * Senders are compared without regard to case, blanks and the default port (alike.h).
 */
#ifndef SIPSTEER_BPF_VIA_H
#define SIPSTEER_BPF_VIA_H

#include "callid.h"

enum ss_via_state {
    SS_VIA_NAME = 0,  /* before the first slash */
    SS_VIA_VERSION,   /* before the second */
    SS_VIA_BLANK,     /* behind it */
    SS_VIA_TRANSPORT, /* in UDP */
    SS_VIA_GAP,       /* behind that */
    SS_VIA_SENT_BY
};

struct ss_via_scan {
    struct ss_text text;
    __u32 at;
    __u32 state;
    __u32 start; /* of sent-by */
    __u32 end;   /* behind its last byte that is no blank */
};

SS_INLINE long ss_via_move(struct ss_via_scan *scan, __u32 state) {
    scan->state = ss_forget(&scan->text, state);
    scan->at = ss_forget(&scan->text, scan->at + 1);
    return SS_GO_ON;
}

static long ss_via_step(__u32 index, void *context) {
    struct ss_via_scan *scan = (struct ss_via_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at);
    __u32 state = scan->state;
    int blank = ss_is_blank(c);
    (void)index;
    if (c < 0 || ss_is_line_end(c))
        return SS_STOP;
    if (state <= SS_VIA_VERSION)
        return ss_via_move(scan, c == '/' ? state + 1 : state);
    if (state == SS_VIA_BLANK || state == SS_VIA_TRANSPORT)
        return ss_via_move(scan, !blank                  ? SS_VIA_TRANSPORT
                                 : state == SS_VIA_BLANK ? SS_VIA_BLANK
                                                         : SS_VIA_GAP);
    if (c == ';' || c == ',')
        return SS_STOP;
    if (blank)
        return ss_via_move(scan, state);
    if (state == SS_VIA_GAP)
        scan->start = scan->at;
    scan->end = ss_forget(&scan->text, scan->at + 1);
    return ss_via_move(scan, SS_VIA_SENT_BY);
}

/*
 * sent-by of a Via whose value stands at an offset, 0: there is no Via; of length 0 if there is
 * none on the header's first line, or if the text ends in it. At most SS_KEY_BYTES of it.
 */
SS_INLINE struct ss_span ss_sent_by_at(const struct ss_text *text, __u32 value) {
    __u32 no = ss_forget(text, 0);
    struct ss_via_scan scan = {*text, ss_forget(text, value), no, no, no};
    const struct ss_span none = {0, 0, 0};
    if (!value)
        return none;
    ss_loop(text->length, ss_via_step, &scan);
    return ss_text_byte(text, scan.at) < 0 ? none : ss_span_between(scan.start, scan.end);
}

#endif /* SIPSTEER_BPF_VIA_H */
