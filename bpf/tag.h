/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether To has a tag (RFC 3261, 8.1.1.2 and 20.39): then the request is one of a dialog. Pure.
 *
 *     To: "Bob;tag=no" <sip:bob@example.com;tag=no>;TAG = 4711          a tag
 *     t: sip:bob@example.com ;user=phone;tag=4711                       a tag
 */
#ifndef SIPSTEER_BPF_TAG_H
#define SIPSTEER_BPF_TAG_H

#include "stops.h"

enum ss_tag_state {
    SS_TAG_TEXT = 0,
    SS_TAG_QUOTED, /* in a display name's or a parameter's quotes */
    SS_TAG_URI,    /* between < and > */
    SS_TAG_NAME,   /* behind a semicolon: before a parameter's name */
    SS_TAG_FOUND
};

SS_INLINE long ss_tag_enter(struct ss_stop_scan *scan, __u32 state, __u32 bytes) {
    scan->state = ss_forget(&scan->text, state);
    return ss_stop_skip(scan, bytes);
}

/* Before a parameter's name, or in the blanks before that. */
SS_INLINE long ss_tag_name(struct ss_stop_scan *scan) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (ss_is_blank(c) || c == '\r')
        return ss_stop_skip(scan, 1);
    if (c == '\n')
        return ss_stop_fold(scan);
    int after = ss_text_byte(&scan->text, scan->at + 3);
    if ((c | 0x20) != 't' || (ss_text_byte(&scan->text, scan->at + 1) | 0x20) != 'a' ||
        (ss_text_byte(&scan->text, scan->at + 2) | 0x20) != 'g' ||
        (after != '=' && !ss_is_blank(after) && !ss_is_line_end(after)))
        return ss_tag_enter(scan, SS_TAG_TEXT, 0);
    scan->state = SS_TAG_FOUND;
    return SS_STOP;
}

/* At a byte that matters outside of quotes and URI. */
SS_INLINE long ss_tag_text(struct ss_stop_scan *scan, int c) {
    return ss_tag_enter(scan, c == '"' ? SS_TAG_QUOTED : c == '<' ? SS_TAG_URI : SS_TAG_NAME, 1);
}

static long ss_tag_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    __u32 state = scan->state;
    (void)index;
    if (state == SS_TAG_NAME)
        return ss_tag_name(scan);
    int c = ss_to_stop(scan, state == SS_TAG_TEXT     ? SS_STOPS('"', '<', ';')
                             : state == SS_TAG_QUOTED ? SS_STOPS('"', '\\', '"')
                                                      : SS_STOPS('>', '>', '>'));
    if (c == SS_STOP_NONE)
        return SS_GO_ON;
    if (c < 0)
        return SS_STOP;
    if (c == '\n')
        return ss_stop_fold(scan);
    if (state == SS_TAG_TEXT)
        return ss_tag_text(scan, c);
    if (c == '\\') /* and what it escapes, unless the line ends there */
        return ss_stop_skip(scan, ss_text_byte(&scan->text, scan->at + 1) == '\n' ? 1 : 2);
    return ss_tag_enter(scan, SS_TAG_TEXT, 1);
}

/* Whether To, whose value stands at an offset, has a tag. */
SS_INLINE int ss_has_tag(const struct ss_text *text, __u32 to) {
    __u32 no = ss_forget(text, 0);
    struct ss_stop_scan scan = {*text, ss_forget(text, to), no, no, no};
    if (!to)
        return 0;
    ss_loop(SS_STOP_STEPS, ss_tag_step, &scan);
    return scan.state == SS_TAG_FOUND;
}

#endif /* SIPSTEER_BPF_TAG_H */
