/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells the ACK of a failed call attempt from the one that confirms a call.
 *
 * The balancer sees no answers, but a client says which one it had: the ACK of a failure (407, 486
 * ...) belongs to the INVITE's transaction and has its Request-URI and its topmost Via, branch and
 * all; the ACK of a 200 is a transaction of its own, with another branch (RFC 3261, 17.1.1.3 and
 * 13.2.2.4). So an attempt is known by the hash of both, and an ACK with the same hash ends it.
 *
 * Both are compared byte for byte, so that what this does not understand confirms a call: clients
 * without branches (RFC 2543) send the ACK of a 200 to the other side's Contact; a Via that is
 * folded, or cut by the end of what can be read, is not known.
 */
#ifndef SIPSTEER_BPF_ATTEMPT_H
#define SIPSTEER_BPF_ATTEMPT_H

#include "callid.h"
#include "siphash.h"

#include <sipsteer/method.h>

/* Whether the line that a value was found in goes on in the next one, or may do so. */
SS_INLINE int ss_is_folded(const struct ss_text *text, const struct ss_span *value) {
    __u32 at = value->offset + value->length;
    if (ss_text_byte(text, at) == '\r')
        at++;
    if (ss_text_byte(text, at) != '\n')
        return 1;
    int next = ss_text_byte(text, at + 1);
    return next < 0 || ss_is_blank(next);
}

/* Where the Request-URI of a message, whose first line starts at offset start, stands. */
SS_INLINE __u32 ss_request_uri_at(__u32 start, __u32 method) {
    return start + (__u32)(method == SS_METHOD_INVITE ? sizeof("INVITE") : sizeof("ACK"));
}

/* The hash of what stands from an offset to the line's end; 0 if that cannot be told. */
SS_INLINE __u32 ss_line_hash(const struct ss_text *text, const __u64 secret[2], __u32 offset) {
    const struct ss_span line = ss_value_span(text, ss_forget(text, offset));
    if (!line.length || ss_is_folded(text, &line))
        return 0;
    return (__u32)ss_hash_text(secret, text, line.offset, line.length) | 1;
}

/* An attempt, by the hashes of the two lines; 0 if one is not known. */
SS_INLINE __u32 ss_attempt_of(__u32 target, __u32 via) {
    return target && via ? (target ^ via * 3) | 1 : 0;
}

#endif /* SIPSTEER_BPF_ATTEMPT_H */
