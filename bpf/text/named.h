/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The call that a header names: Replaces (RFC 3891, 6.1) and Target-Dialog (RFC 4538, 7) begin with
 * its Call-ID. Pure.
 *
 *     Replaces: 425928@example.com;to-tag=7743;from-tag=6472           425928@example.com
 */
#ifndef SIPSTEER_BPF_NAMED_H
#define SIPSTEER_BPF_NAMED_H

#include "callid.h"
#include "stops.h"

static long ss_named_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    (void)index;
    int c = ss_to_stop(scan, SS_STOPS(';', ' ', '\t'));
    if (c == SS_STOP_NONE)
        return SS_GO_ON;
    scan->state = ss_forget(&scan->text, c >= 0);
    return SS_STOP;
}

/* The Call-ID in a value that stands at an offset. */
SS_INLINE struct ss_span ss_named_call(const struct ss_text *text, __u32 value) {
    __u32 no = ss_forget(text, 0);
    struct ss_stop_scan scan = {*text, ss_forget(text, value), no, ss_forget(text, value), no};
    const struct ss_span none = {0, 0, 0};
    if (!value)
        return none;
    ss_loop(SS_STOP_STEPS, ss_named_step, &scan);
    if (!scan.state)
        return none;
    if (ss_text_byte(text, scan.at - 1) == '\r')
        scan.at = ss_forget(text, scan.at - 1);
    return ss_span_between(scan.start, scan.at);
}

#endif /* SIPSTEER_BPF_NAMED_H */
