/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the call table knows of a key, before anything is decided.
 */
#ifndef SIPSTEER_BPF_KNOWN_H
#define SIPSTEER_BPF_KNOWN_H

#include "call_place.h"
#include "call_room.h"

/* enum ss_call_state of the call that a message belongs to; SS_CALL_EMPTY: it is not known. */
SS_STAGE __u32 ss_state_of(__u32 pool, __u64 key) {
    struct ss_place place;
    if (ss_call_find(ss_call_position(key, pool), &place) || !place.entry ||
        ss_call_expired(place.value, ss_now()))
        return SS_CALL_EMPTY;
    return ss_call_state(place.value);
}

#endif /* SIPSTEER_BPF_KNOWN_H */
