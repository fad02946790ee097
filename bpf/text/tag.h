/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The tag of To or From. If To has one, the request is one of a dialog (RFC 3261, 8.1.1.2, 19.3 and
 * 20.39). Pure.
 *
 *     To: "Bob;tag=no" <sip:bob@example.com;tag=no>;TAG = 4711          a tag
 *     t: sip:bob@example.com ;user=phone;tag=4711                       a tag
 */
#ifndef SIPSTEER_BPF_TAG_H
#define SIPSTEER_BPF_TAG_H

#include "callid.h"
#include "siphash.h"
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

/* ">;tag=", as nearly every message has it. */
#define SS_TAG_WORD 0x3d6761743b3eULL
#define SS_TAG_LETTERS 0x002020200000ULL
#define SS_TAG_MASK 0xffffffffffffULL

/* At the end of a URI: to the tag's name, if that follows at once. */
SS_INLINE long ss_tag_behind_uri(struct ss_stop_scan *scan) {
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    if (p + 8 > scan->text.limit || ((ss_load_8(p) | SS_TAG_LETTERS) & SS_TAG_MASK) != SS_TAG_WORD)
        return ss_tag_enter(scan, SS_TAG_TEXT, 1);
    ss_tag_enter(scan, SS_TAG_FOUND, 2);
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
    return c == '>' ? ss_tag_behind_uri(scan) : ss_tag_enter(scan, SS_TAG_TEXT, 1);
}

/* Takes a scan to the tag's name; 0: there is none. */
SS_INLINE int ss_tag_find(struct ss_stop_scan *scan) {
    if (!scan->at)
        return 0;
    ss_loop(SS_STOP_STEPS, ss_tag_step, scan);
    return scan->state == SS_TAG_FOUND;
}

SS_INLINE struct ss_stop_scan ss_tag_scan(const struct ss_text *text, __u32 value) {
    __u32 no = ss_forget(text, 0);
    struct ss_stop_scan scan = {*text, ss_forget(text, value), no, no, no};
    return scan;
}

/* Behind the name: to the value, over the equals sign and the blanks on both sides of it. */
static long ss_tag_value_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at);
    (void)index;
    if (c == '\n')
        return ss_stop_fold(scan);
    return ss_is_blank(c) || c == '\r' || c == '=' ? ss_stop_skip(scan, 1) : SS_STOP;
}

/* Behind the name, where nearly every message has the value at once: "=" and its first byte. */
SS_INLINE int ss_tag_is_plain(const struct ss_stop_scan *scan) {
    return ss_text_byte(&scan->text, scan->at) == '=' &&
           ss_text_byte(&scan->text, scan->at + 1) > '=';
}

/* From the tag's name to its value. */
SS_INLINE void ss_tag_to_value(struct ss_stop_scan *scan) {
    ss_stop_skip(scan, 3);
    if (ss_tag_is_plain(scan))
        ss_stop_skip(scan, 1);
    else
        ss_loop(SS_STOP_STEPS, ss_tag_value_step, scan);
}

/*
 * Whether To, whose value stands at an offset, has a tag: with a value, for servers take an empty
 * one for none. One that is cut off counts.
 */
SS_INLINE int ss_has_tag(const struct ss_text *text, __u32 to) {
    struct ss_stop_scan scan = ss_tag_scan(text, to);
    if (!ss_tag_find(&scan))
        return 0;
    ss_tag_to_value(&scan);
    int c = ss_text_byte(text, scan.at);
    return c < 0 || (c > ' ' && c != ';' && c != ',');
}

/* The tag in a value that stands at an offset; of length 0: it has none, or it is cut off. */
SS_INLINE struct ss_span ss_tag_at(const struct ss_text *text, __u32 value) {
    struct ss_stop_scan scan = ss_tag_scan(text, value);
    const struct ss_span none = {0, 0, 0};
    if (!ss_tag_find(&scan))
        return none;
    ss_tag_to_value(&scan);
    return ss_token_from(&scan);
}

/* Its hash; 0: there is none. */
SS_INLINE __u32 ss_tag_hash(const struct ss_text *text, const __u64 secret[2], __u32 value) {
    const struct ss_span span = ss_tag_at(text, value);
    return ss_hash_part(secret, text, span.offset, span.length);
}

/*
 * A dialog of a call, by the hashes of its two tags (RFC 3261, 12): each side's own tag is in From
 * in what it sends, in To in what it gets, so neither order counts. 0: one is not known; else
 * SS_DIALOG_KNOWN is set.
 */
SS_INLINE __u16 ss_dialog_of(__u32 from, __u32 to) {
    __u32 both = (from + to) * 0x9e3779b1U;
    return from && to ? (__u16)(both >> 21 | SS_DIALOG_KNOWN) : 0;
}

#endif /* SIPSTEER_BPF_TAG_H */
