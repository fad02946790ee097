/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How a message changes the state of its call. Pure.
 *
 * The balancer sees only what clients send. A call whose first request was followed by another
 * one of the dialog is taken for confirmed. A CANCEL, or the ACK of a failure, ends a call attempt,
 * not a confirmed call: it may concern a re-INVITE.
 *
 * A call that begins with a response is one that a server began, from the VIP. The response does
 * not show whether it began a call: mostly it is the answer to an OPTIONS that asked the phone
 * whether it is there. It is no call until the client sends a request in it.
 */
#ifndef SIPSTEER_BPF_CALL_STATE_H
#define SIPSTEER_BPF_CALL_STATE_H

#include "message.h"
#include <sipsteer/call.h>

/* enum ss_call_state of a call whose first message this is. */
SS_INLINE __u32 ss_first_state(__u32 event) {
    switch (event) {
    case SS_EVENT_CANCEL:
    case SS_EVENT_END:
        return SS_CALL_CLOSING;
    case SS_EVENT_OTHER:
    case SS_EVENT_RESPONSE:
    case SS_EVENT_ENDED:
        return SS_CALL_OTHER;
    case SS_EVENT_SOURCE:
        return SS_CALL_SOURCE;
    default:
        return SS_CALL_EARLY;
    }
}

/* enum ss_call_state after a message of a call in state. */
SS_INLINE __u32 ss_next_state(__u32 state, __u32 event) {
    if (event == SS_EVENT_END)
        return SS_CALL_CLOSING;
    if (event == SS_EVENT_ENDED && (state == SS_CALL_EARLY || state == SS_CALL_CONFIRMED))
        return SS_CALL_CLOSING;
    if (event == SS_EVENT_CANCEL && state != SS_CALL_CONFIRMED)
        return SS_CALL_CLOSING;
    if (event == SS_EVENT_FAILED && state == SS_CALL_EARLY)
        return SS_CALL_CLOSING;
    if (event == SS_EVENT_START && (state == SS_CALL_CLOSING || state == SS_CALL_OTHER))
        return SS_CALL_EARLY; /* a new attempt under the same Call-ID */
    if (event == SS_EVENT_DIALOG && (state == SS_CALL_EARLY || state == SS_CALL_OTHER))
        return SS_CALL_CONFIRMED;
    return state;
}

#endif /* SIPSTEER_BPF_CALL_STATE_H */
