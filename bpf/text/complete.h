/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a message has what no server does without: a start line (RFC 3261, 7.1 and 7.2), Via,
 * Call-ID and CSeq (8.1.1); and what servers ask for besides. Pure.
 */
#ifndef SIPSTEER_BPF_COMPLETE_H
#define SIPSTEER_BPF_COMPLETE_H

#include "attempt.h"
#include "cseq.h"
#include "headers.h"
#include "message.h"

/* "sip/2.0" behind a blank */
#define SS_VERSION_WORD 0x302e322f706973ULL
#define SS_VERSION_LETTERS 0x202020ULL

/* Bytes of a request line that are looked at for its version, from its end. */
#define SS_VERSION_STEPS 64

struct ss_version_scan {
    struct ss_text text;
    __u32 at;    /* of the blank before it */
    __u32 found; /* enum ss_version */
};

enum ss_version {
    SS_VERSION_NONE = 0,
    SS_VERSION_AT_END, /* of the line, but for blanks */
    SS_VERSION_WITHIN, /* more follows, which some servers do not mind */
};

SS_INLINE int ss_is_version(const struct ss_text *text, __u32 at) {
    const __u8 *p = ss_text_at(text, at);
    if (p + 8 > text->limit || !ss_is_blank(*p))
        return 0;
    return (ss_load_8(p) >> 8 | SS_VERSION_LETTERS) == SS_VERSION_WORD;
}

static long ss_version_step(__u32 index, void *context) {
    struct ss_version_scan *scan = (struct ss_version_scan *)context;
    int behind = ss_text_byte(&scan->text, scan->at + 8);
    (void)index;
    if (!ss_is_blank(behind) && !ss_is_line_end(behind))
        scan->found = ss_forget(&scan->text, SS_VERSION_WITHIN);
    if (!scan->at || ss_is_version(&scan->text, scan->at))
        return SS_STOP;
    scan->at = ss_forget(&scan->text, scan->at - 1);
    return SS_GO_ON;
}

/*
 * Where in the line that ends before an offset SIP/2.0 stands, in any case (RFC 3261, 7.1): the
 * blank before it. at 0: nowhere.
 */
SS_INLINE struct ss_version_scan ss_find_version(const struct ss_text *text, __u32 end) {
    struct ss_version_scan scan = {*text, ss_forget(text, end < 9 ? 0 : end - 9),
                                   ss_forget(text, SS_VERSION_AT_END)};
    ss_loop(SS_VERSION_STEPS, ss_version_step, &scan);
    if (!ss_is_version(text, scan.at))
        scan.found = SS_VERSION_NONE;
    return scan;
}

/*
 * Whether the line from start to end is a request's: with a version behind something else than the
 * method. A server that goes by the first bytes of the version takes it with more behind it; such
 * a request is taken for one if loose is set.
 */
SS_INLINE int ss_is_request_line(const struct ss_text *text, __u32 start, __u32 method, __u32 end,
                                 int loose) {
    const struct ss_version_scan version = ss_find_version(text, end);
    __u32 uri = ss_request_uri_at(start, method);
    if (method == SS_METHOD_BYE)
        uri = start + sizeof("BYE");
    if (version.at < uri || (version.at == uri && ss_is_blank(ss_text_byte(text, uri))))
        return 0;
    return version.found == SS_VERSION_AT_END || (loose && version.found == SS_VERSION_WITHIN);
}

SS_INLINE int ss_is_digit(int c) {
    return c >= '0' && c <= '9';
}

/* Whether a status line at an offset has a code of three digits, the first one from 1 to 6. */
SS_INLINE int ss_has_status(const struct ss_text *text, __u32 start, __u32 method) {
    int behind = ss_text_byte(text, start + 11);
    return method != SS_METHOD_RESPONSE_OTHER && ss_is_digit(ss_text_byte(text, start + 9)) &&
           ss_is_digit(ss_text_byte(text, start + 10)) &&
           (ss_is_blank(behind) || ss_is_line_end(behind));
}

/*
 * start and method: as ss_classify() gives them. first: it is a first fragment, and what it does
 * not have may stand in the next one. loose: also what but some servers take.
 */
SS_INLINE int ss_is_complete(const struct ss_text *text, __u32 start, __u32 method,
                             const struct ss_headers *headers, int first, int loose) {
    int all = headers->value[SS_HEADER_CALL_ID] && headers->value[SS_HEADER_VIA] &&
              headers->value[SS_HEADER_CSEQ];
    if (!headers->second_line || (!all && !(first && ss_headers_go_on(headers))))
        return 0;
    return method < SS_METHOD_RESPONSE_1XX
               ? ss_is_request_line(text, start, method, headers->second_line, loose)
               : ss_has_status(text, start, method);
}

/* Whether CSeq has a number and a request's method: others are refused (RFC 3261, 8.1.1.5). */
SS_INLINE int ss_has_own_cseq(const struct ss_text *text, __u32 method, __u32 cseq) {
    if (!ss_is_digit(ss_text_byte(text, cseq)))
        return 0;
    return method >= SS_METHOD_RESPONSE_1XX || ss_cseq_method(text, cseq) == method;
}

/* Digits of a Content-Length that a datagram can have, zeros before it among them. */
#define SS_LENGTH_DIGITS 9

/* Whether the headers end, and the datagram has as much of a body as they say (18.3). */
SS_INLINE int ss_has_body(const struct ss_text *text, const struct ss_headers *headers) {
    __u32 value = headers->value[SS_HEADER_CONTENT_LENGTH];
    __u32 body = headers->empty_line + (ss_text_byte(text, headers->empty_line) == '\r' ? 2U : 1U);
    if (!headers->empty_line || body > text->length)
        return 0;
    const struct ss_number_scan length = ss_number_at(text, value);
    return !value ||
           (length.at - value <= SS_LENGTH_DIGITS && length.number <= text->length - body);
}

/*
 * Whether a complete message has what a server asks for before it does anything for a call that it
 * has: From and To, a CSeq that fits, an end and a body. The headers are known to their end.
 */
SS_INLINE int ss_is_sound(const struct ss_text *text, __u32 method,
                          const struct ss_headers *headers) {
    return headers->value[SS_HEADER_FROM] && headers->value[SS_HEADER_TO] &&
           ss_has_own_cseq(text, method, headers->value[SS_HEADER_CSEQ]) &&
           ss_has_body(text, headers);
}

#endif /* SIPSTEER_BPF_COMPLETE_H */
