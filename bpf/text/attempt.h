/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells the attempts of a call apart: which INVITE a CANCEL or an ACK belongs to. Pure.
 *
 * The balancer sees no answers, but a client says which one it had: the ACK of a failure (407, 486
 * ...) and a CANCEL belong to the INVITE's transaction and have its Request-URI and its topmost
 * Via, branch and all; the ACK of a 2xx is a transaction of its own, with another branch (RFC 3261,
 * 9.1, 17.1.1.3 and 13.2.2.4). So an attempt is known by the hash of both. The number in CSeq,
 * which all of these share, tells the next attempt of a client that uses a branch again; the tag in
 * From, which they share as well, that of another caller under the same Call-ID (19.3).
 *
 * Of the topmost Via value (7.3.1: one header may hold several, apart by commas) the branch counts,
 * if it begins with the cookie that makes it unique (8.1.1.7), however the value is folded or
 * blanks are put. A client without such branches (RFC 2543) is known by the value, byte for byte,
 * and sends the ACK of a 2xx to the other side's Contact. An attempt that cannot be read is not
 * known: its ACK confirms a call, its CANCEL ends it.
 */
#ifndef SIPSTEER_BPF_ATTEMPT_H
#define SIPSTEER_BPF_ATTEMPT_H

#include "siphash.h"
#include "via_parameter.h"

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

/* "branch" */
#define SS_BRANCH_WORD 0x68636e617262ULL

/* "z9hG4bK" */
#define SS_BRANCH_COOKIE 0x4b62344768397aULL

static long ss_branch_step(__u32 index, void *context) {
    const struct ss_parameter branch = {SS_BRANCH_WORD, 6, SS_BRANCH_COOKIE};
    (void)index;
    return ss_parameter_step((struct ss_stop_scan *)context, &branch);
}

/*
 * What tells the transaction in the topmost Via, whose value stands at an offset; of length 0 if
 * that cannot be told: there is no Via, it is cut off, or folded without a branch that is unique.
 */
SS_INLINE struct ss_span ss_branch_at(const struct ss_text *text, __u32 via) {
    struct ss_stop_scan scan = ss_parameter_scan(text, via);
    const struct ss_span none = {0, 0, 0};
    if (!via)
        return none;
    ss_loop(SS_STOP_STEPS, ss_branch_step, &scan);
    if (scan.state == SS_PARAMETER_FOUND)
        return ss_token_from(&scan);
    if (scan.state != SS_PARAMETER_END || scan.folds)
        return none;
    ss_loop(SS_STOP_STEPS, ss_stop_trim_step, &scan);
    return ss_span_between(scan.start, scan.at);
}

SS_INLINE __u32 ss_branch_hash(const struct ss_text *text, const __u64 secret[2], __u32 offset) {
    const struct ss_span span = ss_branch_at(text, offset);
    return ss_hash_part(secret, text, span.offset, span.length);
}

/*
 * An attempt, by the hashes of Request-URI, branch and From tag (0: there is none) and the number
 * in CSeq; 0 if it is not known:
 *
 *     bits  0..7   of the From tag's hash alone: another one shows another caller
 *     bits  8..31  of all, bit 8 set
 */
SS_INLINE __u32 ss_attempt_of(__u32 target, __u32 branch, __u32 from, __u32 number) {
    __u32 all = target ^ branch * 3 ^ from * 5 ^ number * 0x9e3779b1U;
    return target && branch ? (all & ~0xffU) | 0x100 | from >> 24 : 0;
}

/* Whether two attempts that are known are of different callers: the calls are not the same. */
SS_INLINE int ss_attempt_is_foreign(__u32 attempt, __u32 other) {
    return attempt && other && ((attempt ^ other) & 0xff);
}

#endif /* SIPSTEER_BPF_ATTEMPT_H */
