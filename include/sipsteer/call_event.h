/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a message does to its call. One list: number, name in C, name in the API and in events.
 */
#ifndef SIPSTEER_CALL_EVENT_H
#define SIPSTEER_CALL_EVENT_H

#define SS_CALL_EVENT_LIST(X)                                                                      \
    X(0, NONE, "none")                                                                             \
    X(1, NEW, "call_new")                                                                          \
    X(2, CONFIRMED, "call_confirmed")                                                              \
    X(3, ENDED, "call_ended")                                                                      \
    X(4, REHOMED, "call_rehomed")

enum ss_call_event {
#define SS_CALL_EVENT_ENUM(number, symbol, name) SS_CALL_EVENT_##symbol = number,
    SS_CALL_EVENT_LIST(SS_CALL_EVENT_ENUM)
#undef SS_CALL_EVENT_ENUM
        SS_CALL_EVENTS
};

#endif /* SIPSTEER_CALL_EVENT_H */
