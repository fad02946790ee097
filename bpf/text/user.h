/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds the user in the To header (RFC 3261, 20.39) or a Request-URI (19.1.1): whom a message is
 * about. Pure.
 *
 *     To: "Bob \"B.\" <b>" <sip:bob:secret@example.com;user=phone>;tag=1     bob
 *     t: sip:bob@example.com;tag=1                                           bob
 *     To: <tel:+4930123456;phone-context=example.com>                        +4930123456
 *     INVITE sip:bob@192.0.2.7:5060;line=1 SIP/2.0                           bob
 *
 * Users are compared with their escapes resolved (alike.h). A URI without a user has none here
 * either.
 */
#ifndef SIPSTEER_BPF_USER_H
#define SIPSTEER_BPF_USER_H

#include "callid.h"

enum ss_user_state {
    SS_USER_NAME = 0, /* a display name without quotes, a method, or the URI's scheme */
    SS_USER_QUOTED,   /* in a display name's quotes */
    SS_USER_ESCAPED,  /* behind a backslash there */
    SS_USER_BRACKET,  /* behind the display name: on to the < */
    SS_USER_SCHEME,   /* behind the < */
    SS_USER_USER,     /* behind the scheme's colon */
    SS_USER_FOUND,    /* at the @ */
    SS_USER_ENDED     /* at the URI's end, or its parameters: it has no @ */
};

struct ss_user_scan {
    struct ss_text text;
    __u32 at;
    __u32 state;
    __u32 start;     /* of what follows the scheme */
    __u32 colon;     /* the first one behind it: the user ends, a password begins; 0: none */
    __u32 semicolon; /* likewise: the parameters of a tel: URI */
    __u32 brackets;  /* the URI is in < > */
};

/* Sets the state without telling the verifier which: one step is like the next. */
SS_INLINE long ss_user_enter(struct ss_user_scan *scan, __u32 state) {
    scan->state = ss_forget(&scan->text, state);
    return state >= SS_USER_FOUND ? SS_STOP : SS_GO_ON;
}

/* In the URI behind its scheme. */
SS_INLINE long ss_user_step_user(struct ss_user_scan *scan, int c) {
    if (c == '@')
        return ss_user_enter(scan, SS_USER_FOUND);
    if (c == ':' && !scan->colon)
        scan->colon = scan->at;
    if (c == ';' && !scan->semicolon)
        scan->semicolon = scan->at;
    if (c == '>' || ss_is_line_end(c))
        return ss_user_enter(scan, SS_USER_ENDED);
    if (!scan->brackets && (c == ';' || c == '?' || ss_is_blank(c)))
        return ss_user_enter(scan, SS_USER_ENDED);
    return SS_GO_ON;
}

/* Before the URI's scheme has ended. */
SS_INLINE long ss_user_step_name(struct ss_user_scan *scan, int c) {
    __u32 state = scan->state;
    if (state == SS_USER_ESCAPED)
        ss_user_enter(scan, SS_USER_QUOTED);
    else if (state == SS_USER_QUOTED && c == '\\')
        ss_user_enter(scan, SS_USER_ESCAPED);
    else if (state == SS_USER_QUOTED && c == '"')
        ss_user_enter(scan, SS_USER_BRACKET);
    else if (state == SS_USER_QUOTED)
        return SS_GO_ON;
    else if (state == SS_USER_NAME && c == '"')
        ss_user_enter(scan, SS_USER_QUOTED);
    else if (c == '<' && state != SS_USER_SCHEME) {
        scan->brackets = ss_forget(&scan->text, 1);
        ss_user_enter(scan, SS_USER_SCHEME);
    } else if (c == ':' && state != SS_USER_BRACKET) {
        scan->start = ss_forget(&scan->text, scan->at + 1);
        ss_user_enter(scan, SS_USER_USER);
    }
    return SS_GO_ON;
}

/* A line's end, unless the next line is a fold: a blank, then. */
SS_INLINE int ss_user_fold(struct ss_user_scan *scan, int c) {
    __u32 next = scan->at + 1;
    if (c == '\r' && ss_text_byte(&scan->text, next) == '\n')
        next++;
    if (!ss_is_blank(ss_text_byte(&scan->text, next)))
        return c;
    scan->at = ss_forget(&scan->text, next);
    return ' ';
}

static long ss_user_step(__u32 index, void *context) {
    struct ss_user_scan *scan = (struct ss_user_scan *)context;
    int c = ss_text_byte(&scan->text, scan->at);
    long stop;
    (void)index;
    if (c < 0)
        return SS_STOP;
    if (scan->state == SS_USER_USER) {
        stop = ss_user_step_user(scan, c);
    } else {
        if (ss_is_line_end(c))
            c = ss_user_fold(scan, c);
        stop = ss_is_line_end(c) ? SS_STOP : ss_user_step_name(scan, c);
    }
    if (!stop)
        scan->at = ss_forget(&scan->text, scan->at + 1);
    return stop;
}

/* Whether a URI's scheme, which ends at the colon before an offset, is tel (RFC 3966). */
SS_INLINE int ss_is_tel(const struct ss_text *text, __u32 start) {
    if (start < 5 || (ss_text_byte(text, start - 4) | 0x20) != 't' ||
        (ss_text_byte(text, start - 3) | 0x20) != 'e' ||
        (ss_text_byte(text, start - 2) | 0x20) != 'l')
        return 0;
    int before = ss_text_byte(text, start - 5);
    return before == '<' || before == ':' || ss_is_blank(before);
}

/*
 * The user in a To whose value, or a request line whose method, stands at an offset, 0: there is
 * none; of length 0 if it has no user, or if the text ends before the URI does. At most
 * SS_KEY_BYTES of it.
 */
SS_INLINE struct ss_span ss_find_user(const struct ss_text *text, __u32 value) {
    __u32 no = ss_forget(text, 0);
    struct ss_user_scan scan = {*text, ss_forget(text, value), no, no, no, no, no};
    const struct ss_span none = {0, 0, 0};
    if (!value)
        return none;
    ss_loop(text->length, ss_user_step, &scan);
    __u32 end = scan.at;
    if (scan.state == SS_USER_FOUND && scan.colon)
        end = scan.colon;
    else if (scan.state == SS_USER_ENDED && scan.semicolon)
        end = scan.semicolon;
    if (scan.state < SS_USER_FOUND || end <= scan.start)
        return none;
    if (scan.state == SS_USER_ENDED && !ss_is_tel(text, scan.start))
        return none;
    return ss_span_between(scan.start, end);
}

#endif /* SIPSTEER_BPF_USER_H */
