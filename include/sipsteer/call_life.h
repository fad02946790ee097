/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The life of a call: what a message means to its call, and how it changes the state of its entry.
 * The data plane decides by these lists (bpf/calls/call_state.h); explain, tests and manual show
 * them.
 */
#ifndef SIPSTEER_CALL_LIFE_H
#define SIPSTEER_CALL_LIFE_H

#include "call.h"

/*
 * X(number, symbol, name, words). Some show in the first line; others show in other headers, or
 * only beside what the table knows (bpf/calls/call_attempts.h). Append only.
 */
#define SS_EVENT_LIST(X)                                                                           \
    X(0, START, "start", "INVITE")   /* begins a call, or another attempt of it */                 \
    X(1, ACK, "ack", "ACK of a 2xx") /* unless its attempt is known */                             \
    X(2, CANCEL, "cancel", "CANCEL") /* of the only attempt, or of one that is not known */        \
    X(3, END, "end", "BYE")                                                                        \
    X(4, OTHER, "other", "another request") /* REGISTER, OPTIONS, a method not known ... */        \
    X(5, RESPONSE, "response", "another response")                                                 \
    X(6, SOURCE, "source", "no Call-ID")                                                           \
    X(7, REINVITE, "reinvite", "INVITE with a tag in To") /* of a dialog that both sides have */   \
    X(8, DIALOG, "dialog", "another request with a tag in To") /* of a dialog, or an early one */  \
    X(9, ENDED, "ended", "final answer to a BYE") /* of the server, which is not seen */           \
    X(10, FAILED, "failed", "ACK of a failure")   /* or CANCEL, of the last open attempt */        \
    X(11, COPY, "copy", "copy") /* came before, or concerns an attempt or a dialog of several */   \
    X(12, DOUBTFUL, "doubtful", "message that no server would take") /* bpf/message/belief.h */

enum ss_event {
#define SS_EVENT_ENUM(number, symbol, name, words) SS_EVENT_##symbol = number,
    SS_EVENT_LIST(SS_EVENT_ENUM)
#undef SS_EVENT_ENUM
        SS_EVENTS
};

/*
 * X(state, event, next state, where an RFC says so). What is not listed leaves the entry as it
 * is, and makes none. Conditions that the state alone does not show are in
 * bpf/calls/call_attempts.h:
 *
 *   - another attempt: an INVITE that is a copy of one that came before is a COPY; one that is
 * none, in a confirmed call, begins another call in an entry of its own
 *   - a CANCEL or an ACK of a failure is FAILED if no other attempt is open, else a COPY
 *   - a BYE of a dialog that is not the first one confirmed is a COPY: a forked INVITE may be
 *     answered more than once, and each answer makes a dialog (RFC 3261, 13.2.2.4)
 *   - after a BYE all but a new INVITE is a COPY, unless it is of another dialog
 *   - only an ACK confirms a call that a CANCEL closed: what else comes of its dialog is late
 *   - a call that closed otherwise is confirmed again: a client that gives the ACK of a 2xx the
 *     branch of its INVITE ends the attempt by that, and its next message in the dialog shows that
 *     the call was answered; only a re-INVITE does where an early dialog was in use, for others may
 *     be late ones of that
 *   - an INVITE makes a call of an entry that was none if a server admits a new call
 *
 * The balancer sees only what clients send. PRACK, UPDATE and INFO come in early dialogs, too (RFC
 * 3262, 3311, 6086), so they confirm none. A request of a dialog that the table does not know goes
 * by the ring and is no live call: who invents one passes no limit and fills no server. The answer
 * to a request that a server began with is no call either: mostly it is an OPTIONS that asks the
 * phone whether it is there.
 */
#define SS_CALL_LIFE_LIST(X)                                                                       \
    X(EMPTY, START, EARLY, "RFC 3261, 13.2")                                                       \
    X(EMPTY, REINVITE, OTHER, "RFC 3261, 14.1")                                                    \
    X(EMPTY, ENDED, OTHER, "RFC 3261, 15.1.1")                                                     \
    X(EMPTY, DIALOG, OTHER, "RFC 3261, 12.2")                                                      \
    X(EMPTY, OTHER, OTHER, "RFC 3261, 8.1")                                                        \
    X(EMPTY, RESPONSE, OTHER, "RFC 3261, 8.1")                                                     \
    X(EMPTY, SOURCE, SOURCE, "RFC 5626, 3.5")                                                      \
    X(EARLY, REINVITE, CONFIRMED, "RFC 3261, 14.1")                                                \
    X(EARLY, ACK, CONFIRMED, "RFC 3261, 13.2.2.4")                                                 \
    X(EARLY, FAILED, CLOSING, "RFC 3261, 17.1.1.3")                                                \
    X(EARLY, CANCEL, CLOSING, "RFC 3261, 9.1")                                                     \
    X(EARLY, END, CLOSING, "RFC 3261, 15.1")                                                       \
    X(EARLY, ENDED, CLOSING, "RFC 3261, 15.1.1")                                                   \
    X(CONFIRMED, END, CLOSING, "RFC 3261, 15.1")                                                   \
    X(CONFIRMED, ENDED, CLOSING, "RFC 3261, 15.1.1")                                               \
    X(CLOSING, START, EARLY, "RFC 3261, 13.2")                                                     \
    X(CLOSING, REINVITE, CONFIRMED, "RFC 3261, 14.1")                                              \
    X(CLOSING, ACK, CONFIRMED, "RFC 3261, 13.2.2.4")                                               \
    X(CLOSING, DIALOG, CONFIRMED, "RFC 3261, 12.2")                                                \
    X(OTHER, START, EARLY, "RFC 3261, 13.2")                                                       \
    X(OTHER, END, CLOSING, "RFC 3261, 15.1")                                                       \
    X(OTHER, ENDED, CLOSING, "RFC 3261, 15.1.1")

#endif /* SIPSTEER_CALL_LIFE_H */
