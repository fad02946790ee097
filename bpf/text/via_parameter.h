/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds a parameter of the topmost Via value (RFC 3261, 20.42): by its name in any case, behind a
 * semicolon, blanks and folds where they may be; not in the quotes of another one. Pure.
 *
 *     Via: SIP/2.0/UDP pc33.example.com;x=";branch=no" ; Branch = z9hG4bK1;rport    z9hG4bK1
 */
#ifndef SIPSTEER_BPF_VIA_PARAMETER_H
#define SIPSTEER_BPF_VIA_PARAMETER_H

#include "callid.h"
#include "stops.h"

enum ss_parameter_state {
    SS_PARAMETER_TEXT = 0,
    SS_PARAMETER_QUOTED, /* in the quotes of another parameter */
    SS_PARAMETER_NAME,   /* behind a semicolon */
    SS_PARAMETER_EQUAL,  /* behind the name */
    SS_PARAMETER_BLANK,  /* behind the equals sign */
    SS_PARAMETER_FOUND,  /* at its value */
    SS_PARAMETER_END     /* of the Via value */
};

/* A parameter that is looked for. Constant where it is used. */
struct ss_parameter {
    __u64 name;   /* in small letters, the first one in the low byte */
    __u32 length; /* of the name: 8 bytes at most */
    __u64 begins; /* how a value begins that counts, in seven bytes; 0: any does */
};

/* Whether this word stands where a scan does, in length bytes; letters: the bits not to look at. */
SS_INLINE int ss_parameter_begins(const struct ss_stop_scan *scan, __u64 letters, __u64 word,
                                  __u32 length) {
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    return p + 8 <= scan->text.limit &&
           ((ss_load_8(p) | letters) & ~0ULL >> (64 - 8 * length)) == word;
}

SS_INLINE long ss_parameter_enter(struct ss_stop_scan *scan, __u32 state, __u32 bytes) {
    scan->state = ss_forget(&scan->text, state);
    return ss_stop_skip(scan, bytes);
}

SS_INLINE long ss_parameter_stop(struct ss_stop_scan *scan, __u32 state) {
    scan->state = ss_forget(&scan->text, state);
    return SS_STOP;
}

/* At an LF. */
SS_INLINE long ss_parameter_fold(struct ss_stop_scan *scan) {
    return ss_stop_fold(scan) == SS_STOP ? ss_parameter_stop(scan, SS_PARAMETER_END) : SS_GO_ON;
}

/* At the first byte of the value. */
SS_INLINE long ss_parameter_value(struct ss_stop_scan *scan, const struct ss_parameter *wanted) {
    if (wanted->begins && !ss_parameter_begins(scan, 0, wanted->begins, 7))
        return ss_parameter_enter(scan, SS_PARAMETER_TEXT, 0);
    return ss_parameter_stop(scan, SS_PARAMETER_FOUND);
}

/* Where the name may begin, and behind it, where nearly every message has the value at once. */
SS_INLINE long ss_parameter_name(struct ss_stop_scan *scan, const struct ss_parameter *wanted) {
    if (!ss_parameter_begins(scan, SS_BYTES(0x20), wanted->name, wanted->length))
        return ss_parameter_enter(scan, SS_PARAMETER_TEXT, 0);
    ss_parameter_enter(scan, SS_PARAMETER_EQUAL, wanted->length);
    if (ss_text_byte(&scan->text, scan->at) != '=' ||
        ss_text_byte(&scan->text, scan->at + 1) <= ' ')
        return SS_GO_ON;
    ss_stop_skip(scan, 1);
    return ss_parameter_value(scan, wanted);
}

/* Between a semicolon and the value. */
SS_INLINE long ss_parameter_gap(struct ss_stop_scan *scan, const struct ss_parameter *wanted,
                                __u32 state) {
    int c = ss_text_byte(&scan->text, scan->at);
    if (c < 0)
        return SS_STOP;
    if (c == '\n')
        return ss_parameter_fold(scan);
    if (ss_is_blank(c) || c == '\r')
        return ss_stop_skip(scan, 1);
    if (state == SS_PARAMETER_EQUAL)
        return ss_parameter_enter(scan, c == '=' ? SS_PARAMETER_BLANK : SS_PARAMETER_TEXT,
                                  c == '=');
    return state == SS_PARAMETER_NAME ? ss_parameter_name(scan, wanted)
                                      : ss_parameter_value(scan, wanted);
}

/* One step of a scan for a parameter. */
SS_INLINE long ss_parameter_step(struct ss_stop_scan *scan, const struct ss_parameter *wanted) {
    __u32 state = scan->state;
    if (state >= SS_PARAMETER_NAME)
        return ss_parameter_gap(scan, wanted, state);
    int c = ss_to_stop(scan, state == SS_PARAMETER_TEXT ? SS_STOPS(';', ',', '"')
                                                        : SS_STOPS('"', '\\', '"'));
    if (c == SS_STOP_NONE)
        return SS_GO_ON;
    if (c < 0)
        return SS_STOP;
    if (c == '\n')
        return ss_parameter_fold(scan);
    if (c == '\\') /* and what it escapes, unless the line ends there */
        return ss_stop_skip(scan, ss_text_byte(&scan->text, scan->at + 1) == '\n' ? 1 : 2);
    if (c == '"')
        return ss_parameter_enter(
            scan, state == SS_PARAMETER_TEXT ? SS_PARAMETER_QUOTED : SS_PARAMETER_TEXT, 1);
    return c == ',' ? ss_parameter_stop(scan, SS_PARAMETER_END)
                    : ss_parameter_enter(scan, SS_PARAMETER_NAME, 1);
}

/* A scan of a Via whose value stands at an offset. */
SS_INLINE struct ss_stop_scan ss_parameter_scan(const struct ss_text *text, __u32 via) {
    __u32 no = ss_forget(text, 0), value = ss_forget(text, via);
    struct ss_stop_scan scan = {*text, value, no, value, no};
    return scan;
}

#endif /* SIPSTEER_BPF_VIA_PARAMETER_H */
