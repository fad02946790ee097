/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the call table knows of a key, before anything is decided.
 */
#ifndef SIPSTEER_BPF_KNOWN_H
#define SIPSTEER_BPF_KNOWN_H

#include "call_place.h"
#include "call_room.h"

/*
 * What a server of a call in this pool takes: its flags (SS_SERVER_*), 0 if it gets nothing of the
 * call any more.
 */
SS_INLINE __u32 ss_server_takes(__u32 index, __u32 pool) {
    struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    if (!server || !(server->flags & SS_SERVER_FORWARD) || server->pool != pool)
        return 0;
    return server->flags;
}

/* Beside the state of a call: its server takes nothing any more, the next message moves it. */
#define SS_CALL_TO_MOVE 0x100

/*
 * enum ss_call_state, and maybe SS_CALL_TO_MOVE, of the call that a message belongs to;
 * SS_CALL_EMPTY: it is not known.
 */
SS_STAGE __u32 ss_state_of(__u32 pool, __u64 key) {
    struct ss_place place;
    if (ss_call_find(ss_call_position(key, pool), &place) || !place.entry ||
        ss_call_expired(place.value, ss_now()))
        return SS_CALL_EMPTY;
    return ss_call_state(place.value) |
           (ss_server_takes(ss_call_server(place.value), pool) ? 0 : SS_CALL_TO_MOVE);
}

#endif /* SIPSTEER_BPF_KNOWN_H */
