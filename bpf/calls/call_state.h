/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The life of a call: how a message changes the state of its entry, as the list in
 * sipsteer/call_life.h has it. Pure.
 */
#ifndef SIPSTEER_BPF_CALL_STATE_H
#define SIPSTEER_BPF_CALL_STATE_H

#include "../text/message.h"
#include <sipsteer/call_life.h>

_Static_assert(SS_CALL_STATES <= 8 && SS_EVENTS <= 16, "ss_call_life has room for all");

/*
 * The bits that a message changes in a state: by enum ss_call_state and enum ss_event. A table
 * instead of branches, each of which would be another path to the verifier.
 */
static const __u8 ss_call_life[8][16] = {
#define SS_CALL_LIFE_BITS(state, event, next, section)                                             \
    [SS_CALL_##state][SS_EVENT_##event] = SS_CALL_##state ^ SS_CALL_##next,
    SS_CALL_LIFE_LIST(SS_CALL_LIFE_BITS)
#undef SS_CALL_LIFE_BITS
};

/* enum ss_call_state after a message of a call in state; SS_CALL_EMPTY: it has no entry. */
SS_INLINE __u32 ss_next_state(__u32 state, __u32 event) {
    return state ^ ss_call_life[state & 7][event & 15];
}

/* enum ss_call_state of a call whose first message this is; SS_CALL_EMPTY: it gets no entry. */
SS_INLINE __u32 ss_first_state(__u32 event) {
    return ss_next_state(SS_CALL_EMPTY, event);
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

/*
 * Whether it matters that a request is one of a dialog. A REGISTER never is; a PRACK belongs to an
 * early one, and brings no call back.
 */
SS_INLINE int ss_asks_for_tag(__u32 method, __u32 state) {
    if (method == SS_METHOD_INVITE)
        return 1;
    if (method == SS_METHOD_ACK || method == SS_METHOD_BYE || method == SS_METHOD_CANCEL ||
        method == SS_METHOD_REGISTER)
        return 0;
    return state == SS_CALL_EMPTY || (state == SS_CALL_CLOSING && method != SS_METHOD_PRACK);
}

/* enum ss_event of a request of a call in state; tagged: its To has a tag. */
SS_INLINE __u32 ss_event_for(__u32 method, int tagged, __u32 state) {
    return tagged && ss_asks_for_tag(method, state) ? ss_event_in_dialog(method)
                                                    : ss_event_of(method);
}

#endif /* SIPSTEER_BPF_CALL_STATE_H */
