/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells the attempts of a call apart: which INVITE a CANCEL or an ACK belongs to. Pure.
 *
 * The balancer sees no answers, but a client says which one it had: the ACK of a failure (407, 486
 * ...) and a CANCEL belong to the INVITE's transaction and have its Request-URI and its topmost
 * Via, branch and all; the ACK of a 2xx is a transaction of its own, with another branch (RFC 3261,
 * 9.1, 17.1.1.3 and 13.2.2.4). So an attempt is known by the hash of both. The number in CSeq,
 * which all of these share, tells the next attempt of a client that uses a branch again.
 *
 * Of the topmost Via value (7.3.1: one header may hold several, apart by commas) the branch counts,
 * if it begins with the cookie that makes it unique (8.1.1.7), however the value is folded or
 * blanks are put. A client without such branches (RFC 2543) is known by the value, byte for byte,
 * and sends the ACK of a 2xx to the other side's Contact. An attempt that cannot be read is not
 * known: its ACK confirms a call, its CANCEL ends it.
 */
#ifndef SIPSTEER_BPF_ATTEMPT_H
#define SIPSTEER_BPF_ATTEMPT_H

#include "callid.h"
#include "siphash.h"
#include "stops.h"

#include <sipsteer/method.h>

/* Where the Request-URI of a message, whose first line starts at offset start, stands. */
SS_INLINE __u32 ss_request_uri_at(__u32 start, __u32 method) {
    return start + (__u32)(method == SS_METHOD_ACK ? sizeof("ACK") : sizeof("INVITE"));
}

/* Hash of the rest of the line that an offset is in; 0 if there is none. */
SS_INLINE __u32 ss_line_hash(const struct ss_text *text, const __u64 secret[2], __u32 offset) {
    struct ss_span line = ss_value_span(text, ss_forget(text, offset));
    return line.open ? 0 : ss_hash_part(secret, text, line.offset, line.length);
}

/* "z9hG4bK" */
#define SS_BRANCH_COOKIE 0x4b62344768397aULL
#define SS_BRANCH_COOKIE_MASK 0x00ffffffffffffffULL

enum ss_branch_state {
    SS_BRANCH_BEFORE = 0, /* the cookie was not seen yet */
    SS_BRANCH_FOUND,      /* here it is */
    SS_BRANCH_NONE        /* the value's end */
};

static long ss_branch_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    (void)index;
    int c = ss_to_stop(scan, SS_STOPS('z', ',', 'z'));
    if (c == SS_STOP_NONE)
        return SS_GO_ON;
    if (c < 0)
        return SS_STOP;
    if (c == '\n' && ss_is_blank(ss_text_byte(&scan->text, scan->at + 1)))
        return ss_stop_fold(scan);
    const __u8 *p = ss_text_at(&scan->text, scan->at);
    int found =
        p + 8 <= scan->text.limit && (ss_load_8(p) & SS_BRANCH_COOKIE_MASK) == SS_BRANCH_COOKIE;
    if (c == 'z' && !found)
        return ss_stop_skip(scan, 1);
    scan->state = ss_forget(&scan->text, c == 'z' ? SS_BRANCH_FOUND : SS_BRANCH_NONE);
    return SS_STOP;
}

/*
 * What tells the transaction in the topmost Via, whose value stands at an offset; of length 0 if
 * that cannot be told: there is no Via, it is cut off, or folded without a branch that is unique.
 */
SS_INLINE struct ss_span ss_branch_at(const struct ss_text *text, __u32 offset) {
    __u32 value = ss_forget(text, offset);
    struct ss_stop_scan scan = {*text, value, ss_forget(text, SS_BRANCH_BEFORE), value,
                                ss_forget(text, 0)};
    const struct ss_span none = {0, 0, 0};
    if (!offset)
        return none;
    ss_loop(SS_STOP_STEPS, ss_branch_step, &scan);
    if (scan.state == SS_BRANCH_FOUND)
        return ss_token_from(&scan);
    if (scan.state != SS_BRANCH_NONE || scan.folds)
        return none;
    ss_loop(SS_STOP_STEPS, ss_stop_trim_step, &scan);
    return ss_span_between(scan.start, scan.at);
}

SS_INLINE __u32 ss_branch_hash(const struct ss_text *text, const __u64 secret[2], __u32 offset) {
    const struct ss_span span = ss_branch_at(text, offset);
    return ss_hash_part(secret, text, span.offset, span.length);
}

/*
 * An attempt, by the hashes of Request-URI and branch and the number in CSeq; 0 if a hash is not
 * known.
 */
SS_INLINE __u32 ss_attempt_of(__u32 target, __u32 branch, __u32 number) {
    return target && branch ? (target ^ branch * 3 ^ number * 0x9e3779b1U) | 1 : 0;
}

#endif /* SIPSTEER_BPF_ATTEMPT_H */
