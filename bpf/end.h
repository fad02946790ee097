/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells what belongs to the end of a call: a BYE, or the answer to one. Pure.
 *
 * The method of a response stands at the end of its CSeq, behind the number and a blank (RFC 3261,
 * 20.16). A CSeq that is folded between the two is not known.
 */
#ifndef SIPSTEER_BPF_END_H
#define SIPSTEER_BPF_END_H

#include "callid.h"
#include "header.h"

/* Whether the CSeq of a message, whose first line starts at offset start, says BYE. */
SS_INLINE int ss_is_of_bye(const struct ss_text *text, __u32 start) {
    const struct ss_header header = SS_HEADER_CSEQ;
    const struct ss_span value = ss_value_span(text, ss_find_header(text, header, start));
    if (value.length < sizeof("1 BYE") - 1)
        return 0;
    const __u32 end = value.offset + value.length;
    return ss_is_blank(ss_text_byte(text, end - 4)) && ss_text_byte(text, end - 3) == 'B' &&
           ss_text_byte(text, end - 2) == 'Y' && ss_text_byte(text, end - 1) == 'E';
}

#endif /* SIPSTEER_BPF_END_H */
