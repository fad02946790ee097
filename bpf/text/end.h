/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells what belongs to the end of a call: a BYE, or the answer to one. Pure.
 */
#ifndef SIPSTEER_BPF_END_H
#define SIPSTEER_BPF_END_H

#include "cseq.h"

/* Whether a CSeq, whose value stands at an offset, says BYE. */
SS_INLINE int ss_is_of_bye(const struct ss_text *text, __u32 cseq) {
    struct ss_cseq_scan scan = {*text, ss_forget(text, cseq), 0};
    if (!cseq)
        return 0;
    ss_loop(SS_CSEQ_STEPS, ss_cseq_step, &scan);
    if (!scan.gap || ss_text_byte(text, scan.at) != 'B' || ss_text_byte(text, scan.at + 1) != 'Y' ||
        ss_text_byte(text, scan.at + 2) != 'E')
        return 0;
    scan.at = ss_forget(text, scan.at + 3);
    ss_loop(SS_CSEQ_STEPS, ss_cseq_step, &scan); /* nothing but blanks and folds may follow */
    return ss_is_line_end(ss_text_byte(text, scan.at));
}

/*
 * Whether a status line at offset start says that a BYE it answers has ended the call: by any final
 * code (RFC 3261, 15.1.1; RFC 5057, 5.1) but 401 and 407, after which the BYE comes again with
 * credentials, and 491.
 */
SS_INLINE int ss_is_end_of_bye(const struct ss_text *text, __u32 start) {
    __u32 at = start + sizeof("SIP/2.0 ") - 1;
    int hundreds = ss_text_byte(text, at);
    int tens = ss_text_byte(text, at + 1);
    int ones = ss_text_byte(text, at + 2);
    if (hundreds < '2' || hundreds > '6' || tens < '0' || tens > '9' || ones < '0' || ones > '9')
        return 0;
    if (hundreds != '4')
        return 1;
    return !(tens == '0' && (ones == '1' || ones == '7')) && !(tens == '9' && ones == '1');
}

#endif /* SIPSTEER_BPF_END_H */
