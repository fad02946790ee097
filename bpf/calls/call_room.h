/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Room for a new call where both its buckets are full.
 */
#ifndef SIPSTEER_BPF_CALL_ROOM_H
#define SIPSTEER_BPF_CALL_ROOM_H

#include "call_place.h"

/* How long a call may be idle, in ticks: as the pool its server is in has it. */
SS_INLINE __u32 ss_call_lifetime(__u64 entry) {
    __u32 server_index = ss_call_server(entry);
    __u32 state = ss_call_state(entry);
    struct ss_server *server = bpf_map_lookup_elem(&servers, &server_index);
    if (!server)
        return SS_TICK_MASK;
    __u32 pool_index = server->pool;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    SS_PIN(state);
    if (!pool || state >= SS_CALL_STATES)
        return SS_TICK_MASK;
    return pool->lifetime[state];
}

SS_INLINE int ss_call_expired(__u64 entry, __u32 now) {
    return ss_call_idle(entry, now) > ss_call_lifetime(entry);
}

/* Counts a call that had to make room, in the pool whose call it was. 0: there was none. */
SS_INLINE void ss_count_gone(__u64 victim, __u32 now) {
    __u32 server_index = ss_call_server(victim);
    struct ss_server *server = bpf_map_lookup_elem(&servers, &server_index);
    if (!victim || !server)
        return;
    __u32 pool = server->pool;
    struct ss_call_counters *counters = bpf_map_lookup_elem(&call_counters, &pool);
    __u32 state = ss_call_state(victim);
    SS_PIN(state);
    if (!counters || state >= SS_CALL_STATES)
        return;
    if (ss_call_expired(victim, now))
        counters->expired++;
    else
        counters->displaced[state]++;
}

/* The entry of least worth, looked for in one bucket after the other. */
struct ss_victim {
    struct ss_bucket *bucket; /* that is looked at */
    __u32 base;               /* 0 for the first bucket, 8 for the other */
    __u32 now;
    __u64 value; /* of the entry found */
    __u32 worth; /* likewise */
    __u32 index; /* likewise: base and place in the bucket */
};

/*
 * What an entry is worth: an expired one nothing, then closing, then what is no call, then a call
 * that was not confirmed yet, then a confirmed one that has been silent for more than half of its
 * lifetime; within each the longest idle least. SS_WORTH_KEEP: never displaced. Who floods the
 * table with calls of his own thus displaces no call that is known to be alive. An entry that is
 * no call displaces no call at all (ss_call_reach()), so a flood of OPTIONS leaves calls that ring.
 */
#define SS_WORTH_EXPIRED 0
#define SS_WORTH_CLOSING 0x10000U
#define SS_WORTH_OTHER 0x20000U
#define SS_WORTH_EARLY 0x30000U
#define SS_WORTH_CONFIRMED 0x40000U
#define SS_WORTH_KEEP 0x50000U

SS_INLINE __u32 ss_call_worth(__u64 entry, __u32 now) {
    __u32 state = ss_call_state(entry);
    __u32 idle = ss_call_idle(entry, now);
    __u32 lifetime = ss_call_lifetime(entry);
    if (idle > lifetime)
        return SS_WORTH_EXPIRED;
    __u32 freshness = SS_TICK_MASK - idle;
    if (state == SS_CALL_CONFIRMED)
        return idle > lifetime / 2 ? SS_WORTH_CONFIRMED + freshness : SS_WORTH_KEEP;
    if (state == SS_CALL_EARLY)
        return SS_WORTH_EARLY + freshness;
    return (state == SS_CALL_CLOSING ? SS_WORTH_CLOSING : SS_WORTH_OTHER) + freshness;
}

_Static_assert(SS_CALL_OTHER == 4 && SS_CALL_SOURCE == 5 && SS_CALL_STATES <= 8 &&
                   SS_CALL_CLOSING < 4,
               "bit 2 of a state: it is that of no call");

/* An entry displaces what is worth less than this. Without a branch, which the verifier follows. */
SS_INLINE __u32 ss_call_reach(__u64 entry) {
    __u32 no_call = ss_call_state(entry) >> 2 & 1;
    return SS_WORTH_KEEP - no_call * (SS_WORTH_KEEP - SS_WORTH_EARLY);
}

static long ss_victim_step(__u32 index, void *context) {
    struct ss_victim *victim = context;
    __u64 value = victim->bucket->entry[index & 7];
    __u32 worth = ss_call_worth(value, victim->now);
    if (worth < victim->worth) {
        victim->worth = worth;
        victim->index = victim->base + index;
        victim->value = value;
    }
    return SS_GO_ON;
}

/* The search for an entry of a full bucket that has room in its other bucket. */
struct ss_mover {
    struct ss_bucket *bucket;
    __u64 *freed; /* the place that was made free; NULL: none yet */
    __u32 number; /* of the bucket */
    __u32 slot;   /* that was made free */
};

/*
 * Moves one entry: first there, then not here any more, so that it can always be found. If it
 * changes in between, the copy is taken back, unless a message was noted in it: then it stays, a
 * second entry of its call, counted as every entry is, until the daemon's next pass removes it
 * (controller/calls/doubles.cpp).
 */
static long ss_move_step(__u32 index, void *context) {
    struct ss_mover *mover = context;
    __u64 *entry = &mover->bucket->entry[index & 7];
    __u64 value = *(volatile __u64 *)entry;
    __u32 number = ss_call_other_bucket(mover->number, ss_call_tag(value), settings.buckets);
    struct ss_bucket *target = bpf_map_lookup_elem(&calls, &number);
    if (!target || number == mover->number || !value)
        return SS_GO_ON;
    __u64 empty = ss_bucket_marks(target, 0);
    if (!empty)
        return SS_GO_ON;
    __u32 slot = ss_lowest_mark(empty);
    __u64 *place = &target->entry[slot];
    if (!ss_call_swap(place, 0, value))
        return SS_GO_ON;
    ss_birth_move(&mover->number, index, &number, slot);
    if (!ss_call_swap(entry, value, 0)) {
        ss_call_swap(place, value, 0);
        return SS_GO_ON;
    }
    mover->freed = entry;
    mover->slot = index & 7;
    return SS_STOP;
}

/* Makes a place in one of two full buckets free by moving an entry; 1 if one could be moved. */
SS_FRAME int ss_call_make_room(struct ss_place *place) {
    struct ss_mover mover = {.bucket = place->first, .number = place->first_number};
    bpf_loop(SS_BUCKET_ENTRIES, ss_move_step, &mover, 0);
    if (!mover.freed) {
        mover.bucket = place->other;
        mover.number = place->other_number;
        bpf_loop(SS_BUCKET_ENTRIES, ss_move_step, &mover, 0);
    }
    if (!mover.freed)
        return 0;
    place->entry = mover.freed;
    place->at = mover.number * SS_BUCKET_ENTRIES + mover.slot;
    return 1;
}

/*
 * A place for a new call where both buckets are full: that of an expired entry; else one is made
 * free by moving a call; else the entry of least worth goes. 1 if there was one to take.
 */
SS_FRAME int ss_call_displace(struct ss_place *place, __u32 now, __u64 value) {
    __u32 reach = ss_call_reach(value);
    struct ss_victim victim = {.bucket = place->first, .now = now, .worth = reach};
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    victim.bucket = place->other;
    victim.base = SS_BUCKET_ENTRIES;
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    if (victim.worth != SS_WORTH_EXPIRED && ss_call_make_room(place))
        return !ss_call_entered(place) && ss_call_swap(place->entry, 0, value);
    if (victim.worth == reach)
        return 0;
    struct ss_bucket *first = place->first, *other = place->other;
    SS_PIN(first); /* both are read: the verifier does not follow a choice of where to read */
    SS_PIN(other);
    int in_other = (victim.index & SS_BUCKET_ENTRIES) != 0;
    place->at = (in_other ? place->other_number : place->first_number) * SS_BUCKET_ENTRIES +
                (victim.index & 7);
    place->entry = &(in_other ? other : first)->entry[victim.index & 7];
    place->value = victim.value;
    return !ss_call_entered(place) && ss_call_swap(place->entry, victim.value, value);
}

#endif /* SIPSTEER_BPF_CALL_ROOM_H */
