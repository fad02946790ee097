/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server takes a message: the call table if the call has an entry whose server still takes
 * it, else the pool's ring.
 */
#ifndef SIPSTEER_BPF_SELECT_H
#define SIPSTEER_BPF_SELECT_H

#include "call_table.h"
#include "key.h"
#include "maps.h"
#include "packet.h"

/* The ring's server for a key; SS_NO_SERVER if the pool has none. */
SS_INLINE __u32 ss_ring_server(__u32 pool, __u64 key) {
    __u32 zero = 0;
    void *inner = bpf_map_lookup_elem(&rings, &pool);
    if (!inner)
        return SS_NO_SERVER;
    struct ss_ring *ring = bpf_map_lookup_elem(inner, &zero);
    if (!ring)
        return SS_NO_SERVER;
    __u32 slot = ss_ring_slot(key);
    if (slot >= SS_RING_SLOTS) /* it is not, but the verifier wants to hear it */
        return SS_NO_SERVER;
    return ring->slot[slot];
}

/* Whether a server takes messages of its running calls in this pool. */
SS_INLINE int ss_server_takes(__u32 index, __u32 pool) {
    struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    return server && (server->flags & SS_SERVER_FORWARD) && server->pool == pool;
}

/*
 * Notes a message of a call that stays where it is. The entry is written only if its state
 * changes or a tick has passed: a cache line is not made dirty by every packet. Losing the swap
 * to another CPU is no loss: that one noted a message, too.
 */
SS_INLINE void ss_call_note(const struct ss_place *place, __u32 event, __u32 now) {
    __u32 state = ss_call_state(place->value);
    __u32 next = ss_next_state(state, event);
    if (next == state && ss_call_idle(place->value, now) == 0)
        return;
    ss_call_swap(place->entry, place->value,
                 ss_call_make(place->tag, next, ss_call_server(place->value), now));
}

/*
 * Two CPUs may enter the same call at once. The entry that a lookup finds first is the true one
 * for both: whose own is another one takes that back and follows the true one.
 */
SS_INLINE void ss_call_settle(__u64 position, const struct ss_place *ours, int entered, __u64 value,
                              struct ss_outcome *outcome) {
    struct ss_place truth;
    if (ss_call_find(position, &truth) || !truth.entry)
        return;
    if (entered && truth.entry == ours->entry)
        return;
    if (entered)
        ss_call_swap(ours->entry, value, 0);
    outcome->server = ss_call_server(truth.value);
    outcome->reason = SS_REASON_CALL_HIT;
    outcome->new_call = 0;
}

/* A call without an entry, or with an expired one: the ring chooses, the table remembers. */
SS_INLINE void ss_select_new(struct ss_place *place, __u32 pool, __u64 key, __u32 event, __u32 now,
                             struct ss_outcome *outcome) {
    __u32 server = ss_ring_server(pool, key);
    outcome->server = server;
    outcome->reason = SS_REASON_NO_SERVER;
    if (server == SS_NO_SERVER)
        return;
    __u64 value = ss_call_make(place->tag, ss_first_state(event), server, now);
    int entered = place->entry ? ss_call_swap(place->entry, place->value, value)
                               : ss_call_insert(place, now, value);
    outcome->reason = entered ? SS_REASON_CALL_NEW : SS_REASON_CALL_NO_ROOM;
    outcome->new_call = (__u8)entered;
    ss_call_settle(ss_call_position(key, pool), place, entered, value, outcome);
}

/* A call whose server is gone: the ring chooses another one, which keeps it from now on. */
SS_INLINE void ss_select_again(const struct ss_place *place, __u32 pool, __u64 key, __u32 event,
                               __u32 now, struct ss_outcome *outcome) {
    __u32 server = ss_ring_server(pool, key);
    outcome->server = server;
    outcome->reason = SS_REASON_NO_SERVER;
    if (server == SS_NO_SERVER)
        return;
    __u32 state = ss_next_state(ss_call_state(place->value), event);
    ss_call_swap(place->entry, place->value, ss_call_make(place->tag, state, server, now));
    outcome->reason = SS_REASON_CALL_REHOMED;
    outcome->rehomed = 1;
}

SS_INLINE void ss_select_stateful(__u32 pool, __u64 key, __u32 event, struct ss_outcome *outcome) {
    struct ss_place place;
    __u32 now = ss_now();
    if (ss_call_find(ss_call_position(key, pool), &place))
        return;
    if (!place.entry || ss_call_expired(place.value, now))
        return ss_select_new(&place, pool, key, event, now, outcome);
    outcome->server = ss_call_server(place.value);
    if (!ss_server_takes(outcome->server, pool))
        return ss_select_again(&place, pool, key, event, now, outcome);
    outcome->reason = SS_REASON_CALL_HIT;
    ss_call_note(&place, event, now);
}

SS_INLINE void ss_select_stateless(__u32 pool, __u64 key, struct ss_outcome *outcome) {
    outcome->server = ss_ring_server(pool, key);
    outcome->reason = outcome->server == SS_NO_SERVER ? SS_REASON_NO_SERVER : SS_REASON_STATELESS;
}

/*
 * Looks up the server of a message without making an entry: what the call table has, or the ring
 * in a stateless pool; SS_NO_SERVER if there is none.
 */
SS_STAGE int ss_find_server(__u32 pool, __u32 mode, const struct ss_key *key) {
    struct ss_place place;
    if (!key)
        return SS_NO_SERVER;
    if (mode == SS_POOL_STATELESS)
        return (int)ss_ring_server(pool, key->hash);
    if (ss_call_find(ss_call_position(key->hash, pool), &place) || !place.entry)
        return SS_NO_SERVER;
    return (int)ss_call_server(place.value);
}

/*
 * Chooses the server of a message in a pool: sets the outcome's server, SS_NO_SERVER if there is
 * none, and its reason. mode is enum ss_pool_mode. 0, always.
 */
SS_STAGE int ss_select(__u32 pool, __u32 mode, const struct ss_key *key,
                       struct ss_outcome *outcome) {
    if (!key || !outcome)
        return 0;
    if (mode == SS_POOL_STATEFUL)
        ss_select_stateful(pool, key->hash, key->event, outcome);
    else
        ss_select_stateless(pool, key->hash, outcome);
    return 0;
}

#endif /* SIPSTEER_BPF_SELECT_H */
