/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a message has what no server does without: a start line (RFC 3261, 7.1 and 7.2), Via,
 * Call-ID and CSeq (8.1.1). Pure.
 */
#ifndef SIPSTEER_BPF_COMPLETE_H
#define SIPSTEER_BPF_COMPLETE_H

#include "headers.h"
#include "message.h"

/* " sip/2.0" */
#define SS_VERSION_WORD 0x302e322f70697320ULL
#define SS_VERSION_LETTERS 0x0000000020202000ULL

/* Whether the line that ends before an offset is a request's: its version stands at the end. */
SS_INLINE int ss_ends_request_line(const struct ss_text *text, __u32 end) {
    __u32 at = end - (ss_text_byte(text, end - 2) == '\r' ? 10 : 9);
    const __u8 *p = ss_text_at(text, at);
    return end > 10 && p + 8 <= text->limit &&
           (ss_load_8(p) | SS_VERSION_LETTERS) == SS_VERSION_WORD;
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
 * not have may stand in the next one.
 */
SS_INLINE int ss_is_complete(const struct ss_text *text, __u32 start, __u32 method,
                             const struct ss_headers *headers, int first) {
    int all = headers->value[SS_HEADER_CALL_ID] && headers->value[SS_HEADER_VIA] &&
              headers->value[SS_HEADER_CSEQ];
    if (!headers->second_line || (!all && !(first && ss_headers_go_on(headers))))
        return 0;
    return method < SS_METHOD_RESPONSE_1XX ? ss_ends_request_line(text, headers->second_line)
                                           : ss_has_status(text, start, method);
}

#endif /* SIPSTEER_BPF_COMPLETE_H */
