/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The life of a call: how a message changes the state of its entry. Pure.
 *
 *   message \ state     none     early      confirmed  closing       other     RFC 3261
 *   INVITE              early    -          -          early (1)     early (2)  13.2, 14
 *   INVITE, tag in To   other    confirmed  -          confirmed (3) -          14.1
 *   ACK of a 2xx        -        confirmed  -          confirmed (3) -          13.2.2.4
 *   ACK of a failure    -        closing(4) -          -             -          17.1.1.3
 *   CANCEL              -        closing(4) -          -             -          9.1
 *   BYE                 -        closing    closing    -             closing    15.1
 *   final answer to BYE other    closing    closing    -             closing    15.1.1
 *   other, tag in To    other    -          -          confirmed (3) -          12.2
 *   other request       other    -          -          -             -          -
 *   other response      other    -          -          -             -          -
 *
 *   -    the entry stays as it is; none: no entry is made
 *   (1)  another attempt, with credentials or to another target; not a copy of one that is over
 *   (2)  if a server admits a new call: it was none before
 *   (3)  unless a BYE ended it. A client that gives the ACK of a 2xx the branch of its INVITE ends
 *        the attempt by that; what it sends next in the dialog shows that the call was answered
 *   (4)  when no other attempt is open (call_attempts.h)
 *
 * The balancer sees only what clients send. PRACK, UPDATE and INFO come in early dialogs, too
 * (RFC 3262, 3311, 6086), so they confirm none. A request of a dialog that the table does not know
 * goes by the ring and is no live call: who invents one passes no limit and fills no server. The
 * answer to a request that a server began with is no call either: mostly it is an OPTIONS that asks
 * the phone whether it is there.
 */
#ifndef SIPSTEER_BPF_CALL_STATE_H
#define SIPSTEER_BPF_CALL_STATE_H

#include "message.h"
#include <sipsteer/call.h>

/* enum ss_call_state of a call whose first message this is; SS_CALL_EMPTY: it gets no entry. */
SS_INLINE __u32 ss_first_state(__u32 event) {
    switch (event) {
    case SS_EVENT_START:
        return SS_CALL_EARLY;
    case SS_EVENT_ACK:
    case SS_EVENT_CANCEL:
    case SS_EVENT_END:
    case SS_EVENT_FAILED:
    case SS_EVENT_COPY:
    case SS_EVENT_DOUBTFUL:
        return SS_CALL_EMPTY;
    case SS_EVENT_SOURCE:
        return SS_CALL_SOURCE;
    default:
        return SS_CALL_OTHER;
    }
}

/* Whether a message belongs to a dialog, so that the table should know its call. */
SS_INLINE int ss_is_of_dialog(__u32 event) {
    return ss_first_state(event) == SS_CALL_EMPTY || event == SS_EVENT_REINVITE ||
           event == SS_EVENT_DIALOG;
}

SS_INLINE int ss_is_bye(__u32 event) {
    return event == SS_EVENT_END || event == SS_EVENT_ENDED;
}

/*
 * Whether a message may change what the table knows of a call in state; SS_CALL_EMPTY: it knows
 * none. An INVITE begins an attempt, ACK and CANCEL end one, and a BYE is final, also where the
 * state stays as it is.
 */
SS_INLINE int ss_may_change(__u32 state, __u32 event) {
    if (state == SS_CALL_EMPTY)
        return ss_first_state(event) != SS_CALL_EMPTY;
    if (state == SS_CALL_CONFIRMED || state == SS_CALL_SOURCE)
        return ss_is_bye(event);
    return event == SS_EVENT_START || event == SS_EVENT_ACK || event == SS_EVENT_CANCEL ||
           event == SS_EVENT_REINVITE || event == SS_EVENT_DIALOG || ss_is_bye(event);
}

/* enum ss_call_state after a message of a call in state. */
SS_INLINE __u32 ss_next_state(__u32 state, __u32 event) {
    int bye = ss_is_bye(event);
    if (state == SS_CALL_CONFIRMED)
        return bye ? SS_CALL_CLOSING : state;
    if (state == SS_CALL_EARLY) {
        if (bye || event == SS_EVENT_CANCEL || event == SS_EVENT_FAILED)
            return SS_CALL_CLOSING;
        return event == SS_EVENT_ACK || event == SS_EVENT_REINVITE ? SS_CALL_CONFIRMED : state;
    }
    if (state == SS_CALL_CLOSING) {
        if (event == SS_EVENT_START)
            return SS_CALL_EARLY;
        if (event == SS_EVENT_ACK || event == SS_EVENT_REINVITE || event == SS_EVENT_DIALOG)
            return SS_CALL_CONFIRMED;
        return state;
    }
    if (state == SS_CALL_OTHER)
        return bye ? SS_CALL_CLOSING : event == SS_EVENT_START ? SS_CALL_EARLY : state;
    return state;
}

#endif /* SIPSTEER_BPF_CALL_STATE_H */
