/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Taps: what of the packets for services is shown to the controller, with the decision on each.
 * One tap is for the events of calls, one for the trace. All off: a packet costs one look.
 */
#ifndef SIPSTEER_TAP_H
#define SIPSTEER_TAP_H

#include "base.h"

enum ss_tap_kind {
    SS_TAP_CALLS = 0, /* packets that did something to a call (call_event.h) */
    SS_TAP_TRACE = 1, /* any */
    SS_TAPS = 2
};

#define SS_TAP_ANY 0xffffffffU
#define SS_TAP_FRAME 0x4000       /* bytes of a frame that can be shown */
#define SS_TAP_NO_SERVICE 0xffffU /* not known which one of its VIP a packet is for */

/*
 * A packet is shown if all of this holds for it; and, as an event, if its call took another one's
 * place in the table.
 */
struct ss_tap {
    __u32 on;
    __u32 snap;   /* bytes of the frame that are shown, 1 to SS_TAP_FRAME */
    __u32 server; /* it was sent to this one, by index; SS_TAP_ANY */
    __u32 reason; /* enum ss_reason; SS_TAP_ANY */
    __u32 sample; /* the upper half of its key is at most this: a share of the calls, not of packets
                   */
    __u32 prefix; /* leading bits of the client's address that count, 0 to 128 */
    __u64 key;    /* of its call (siphash.h); 0: any */
    __u8 source[16]; /* of the client: IPv4-mapped, network byte order */
};
SS_ASSERT_SIZE(struct ss_tap, 48);

struct ss_taps {
    struct ss_tap tap[SS_TAPS];
};
SS_ASSERT_SIZE(struct ss_taps, 96);

/* A packet that is shown, before the frame's own bytes. */
struct ss_tapped {
    __u64 time;     /* ns of CLOCK_MONOTONIC */
    __u64 key;      /* of its call; 0 if it has none */
    __u32 frame;    /* bytes of the whole frame, as it leaves if it was sent on */
    __u32 length;   /* bytes of it that follow */
    __u32 ifindex;  /* that it came in on */
    __u32 queue;    /* likewise */
    __u32 server;   /* index; SS_NO_SERVER */
    __u16 service;  /* index; SS_TAP_NO_SERVICE */
    __u16 pool;     /* index, if it has a message */
    __u8 verdict;   /* enum ss_verdict */
    __u8 reason;    /* enum ss_reason */
    __u8 method;    /* enum ss_method, if it has a message */
    __u8 event;     /* enum ss_call_event */
    __u8 displaced; /* enum ss_call_state of the call that made room for this one */
    __u8 taps;      /* bit 0: for SS_TAP_CALLS, bit 1: for SS_TAP_TRACE */
    __u8 message;   /* it has a message for a service */
    __u8 expired;   /* enum ss_call_state of the expired call whose place this one took */
    __u32 gone;     /* tag of that call's entry, or of the displaced one's */
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_tapped, 56);

/* With the frame behind it, as far as it is shown. */
struct ss_tapped_frame {
    struct ss_tapped tapped;
    __u8 frame[SS_TAP_FRAME];
};

#endif /* SIPSTEER_TAP_H */
