/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds the parameter "received" of the topmost Via value (RFC 3261, 18.2.1): the address that a
 * request came from, by the word of the one who answers it. Pure.
 *
 *     Via: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK1;received=192.0.2.7      192.0.2.7
 *     v: SIP/2.0/UDP [2001:db8::7];Received = 2001:db8::9 ;rport=5060           2001:db8::9
 */
#ifndef SIPSTEER_BPF_RECEIVED_H
#define SIPSTEER_BPF_RECEIVED_H

#include "via_parameter.h"

/* "received" */
#define SS_RECEIVED_WORD 0x6465766965636572ULL

static long ss_received_step(__u32 index, void *context) {
    const struct ss_parameter received = {SS_RECEIVED_WORD, 8, 0};
    (void)index;
    return ss_parameter_step((struct ss_stop_scan *)context, &received);
}

/*
 * The value of received in a Via whose value stands at an offset, 0: there is no Via; of length 0
 * if there is none, or if the text ends in it. At most SS_KEY_BYTES of it.
 */
SS_INLINE struct ss_span ss_received_at(const struct ss_text *text, __u32 via) {
    struct ss_stop_scan scan = ss_parameter_scan(text, via);
    const struct ss_span none = {0, 0, 0};
    if (!via)
        return none;
    ss_loop(SS_STOP_STEPS, ss_received_step, &scan);
    return scan.state == SS_PARAMETER_FOUND ? ss_token_from(&scan) : none;
}

#endif /* SIPSTEER_BPF_RECEIVED_H */
