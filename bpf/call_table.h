/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The call table: set-associative, one cache line a bucket, two candidate buckets for a key.
 * Entries (sipsteer/call.h) are changed by compare-and-swap only, so two CPUs that meet on a
 * bucket leave whole entries.
 */
#ifndef SIPSTEER_BPF_CALL_TABLE_H
#define SIPSTEER_BPF_CALL_TABLE_H

#include "call_state.h"
#include "maps.h"
#include "packet.h"

/* Where a call's entry is or may be. */
struct ss_place {
    struct ss_bucket *first;
    struct ss_bucket *other;
    __u64 *entry; /* the call's, NULL if it has none */
    __u64 value;  /* what the entry held */
    __u32 tag;
    __u32 first_number; /* of the first bucket in the table */
    __u32 other_number;
    __u32 at; /* where the entry is: its bucket's number times SS_BUCKET_ENTRIES, and its place in
                 it */
};

SS_INLINE __u32 ss_now(void) {
    return (__u32)(bpf_ktime_get_coarse_ns() >> SS_TICK_SHIFT) & SS_TICK_MASK;
}

/*
 * Marks the entries of a bucket that have a tag: 1 in byte i for entry i. Tag 0 marks the empty
 * ones. Without branches: which entry it is cannot be predicted, and every branch would be
 * another path to the verifier.
 */
SS_INLINE __u64 ss_bucket_marks(const struct ss_bucket *bucket, __u32 tag) {
    __u64 marks = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < SS_BUCKET_ENTRIES; i++) {
        __u64 differs = (bucket->entry[i] >> SS_CALL_TAG_SHIFT) ^ tag;
        marks |= ((differs - 1) >> 63) << (8 * i);
    }
    return marks;
}

/* Index of the lowest mark; marks is not 0. */
SS_INLINE __u32 ss_lowest_mark(__u64 marks) {
    return ss_first_mark(marks << 7) & 7;
}

SS_INLINE __u32 ss_count_marks(__u64 marks) {
    return (__u32)((marks * SS_BYTES(1)) >> 56);
}

/* Looks a position up. 0, or -1 if the table has no such bucket (it always has). */
SS_INLINE int ss_call_find(__u64 position, struct ss_place *place) {
    __u32 buckets = settings.buckets;
    __u32 first = ss_call_first_bucket(position, buckets);
    place->tag = ss_call_position_tag(position);
    __u32 other = ss_call_other_bucket(first, place->tag, buckets);
    place->first_number = first;
    place->other_number = other;
    place->first = bpf_map_lookup_elem(&calls, &first);
    place->other = bpf_map_lookup_elem(&calls, &other);
    place->entry = NULL;
    if (!place->first || !place->other)
        return -1;
    struct ss_bucket *bucket = place->first;
    place->at = first * SS_BUCKET_ENTRIES;
    __u64 marks = ss_bucket_marks(bucket, place->tag);
    if (!marks) {
        bucket = place->other;
        place->at = other * SS_BUCKET_ENTRIES;
        marks = ss_bucket_marks(bucket, place->tag);
    }
    if (marks) {
        __u32 slot = ss_lowest_mark(marks);
        place->at += slot;
        place->entry = &bucket->entry[slot];
        place->value = *(volatile __u64 *)place->entry;
        /* Another CPU may have given the entry away since. */
        if (ss_call_tag(place->value) != place->tag)
            place->entry = NULL;
    }
    return 0;
}

/* Counts live calls of the server that an entry names, if it is one. */
SS_INLINE void ss_count_live(__u64 entry, __s64 change) {
    __u32 index = ss_call_server(entry);
    struct ss_server_load *load = bpf_map_lookup_elem(&server_load, &index);
    if (load && ss_call_is_live(ss_call_state(entry)))
        __sync_fetch_and_add(&load->live, change);
}

/*
 * Puts value in the place of expected; 1 if the entry still held that. Whoever swaps an entry
 * counts what that changes, so each change is counted once.
 */
SS_INLINE int ss_call_swap(__u64 *entry, __u64 expected, __u64 value) {
    if (__sync_val_compare_and_swap(entry, expected, value) != expected)
        return 0;
    if ((expected ^ value) >> SS_CALL_SERVER_SHIFT) { /* not only its time */
        ss_count_live(expected, -1);
        ss_count_live(value, 1);
    }
    return 1;
}

/* Notes when a call came, once it is entered. */
SS_INLINE void ss_birth_note(const struct ss_place *place, __u32 now) {
    __u32 number = place->at / SS_BUCKET_ENTRIES;
    struct ss_births *bucket = bpf_map_lookup_elem(&births, &number);
    if (bucket)
        bucket->tick[place->at & 7] = ss_birth_tick(now);
}

/* Takes it along to where a call is moved. */
SS_INLINE void ss_birth_move(__u32 from, __u32 from_slot, __u32 to, __u32 to_slot) {
    struct ss_births *old = bpf_map_lookup_elem(&births, &from);
    struct ss_births *fresh = bpf_map_lookup_elem(&births, &to);
    if (old && fresh)
        fresh->tick[to_slot & 7] = old->tick[from_slot & 7];
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
 * What an entry is worth: an expired one nothing, then closing, then what was never confirmed;
 * within each the longest idle least. SS_WORTH_KEEP: never displaced.
 */
#define SS_WORTH_KEEP 0x40000U

/* Whether a call is past its lifetime: that of the pool its server is in. */
SS_INLINE int ss_call_expired(__u64 entry, __u32 now) {
    __u32 server_index = ss_call_server(entry);
    __u32 state = ss_call_state(entry);
    struct ss_server *server = bpf_map_lookup_elem(&servers, &server_index);
    if (!server)
        return 0;
    __u32 pool_index = server->pool;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    SS_PIN(state);
    if (state >= SS_CALL_STATES)
        return 0;
    return pool && ss_call_idle(entry, now) > pool->lifetime[state];
}

SS_INLINE __u32 ss_call_worth(__u64 entry, __u32 now) {
    __u32 state = ss_call_state(entry);
    if (ss_call_expired(entry, now))
        return 0;
    if (state == SS_CALL_CONFIRMED)
        return SS_WORTH_KEEP;
    __u32 freshness = SS_TICK_MASK - ss_call_idle(entry, now);
    return (state == SS_CALL_CLOSING ? 0x10000U : 0x20000U) + freshness;
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
 * changes in between, the copy is taken back. Its server keeps its live calls: nothing is counted.
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
    if (__sync_val_compare_and_swap(place, 0, value) != 0)
        return SS_GO_ON;
    ss_birth_move(mover->number, index, number, slot);
    if (__sync_val_compare_and_swap(entry, value, 0) != value) {
        __sync_val_compare_and_swap(place, value, 0);
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
    struct ss_victim victim = {.bucket = place->first, .now = now, .worth = SS_WORTH_KEEP};
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    victim.bucket = place->other;
    victim.base = SS_BUCKET_ENTRIES;
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    if (victim.worth && ss_call_make_room(place))
        return ss_call_swap(place->entry, 0, value);
    if (victim.worth == SS_WORTH_KEEP)
        return 0;
    struct ss_bucket *first = place->first, *other = place->other;
    SS_PIN(first); /* both are read: the verifier does not follow a choice of where to read */
    SS_PIN(other);
    int in_other = (victim.index & SS_BUCKET_ENTRIES) != 0;
    place->at = (in_other ? place->other_number : place->first_number) * SS_BUCKET_ENTRIES +
                (victim.index & 7);
    place->entry = &(in_other ? other : first)->entry[victim.index & 7];
    return ss_call_swap(place->entry, victim.value, value);
}

/*
 * Enters a call that has no entry; 1 if it found room, place->entry is then its own. The emptier
 * bucket takes it, the first one while it has plenty of room: lookups look there first.
 */
SS_INLINE int ss_call_insert(struct ss_place *place, __u32 now, __u64 value) {
    __u64 first = ss_bucket_marks(place->first, 0);
    __u64 other = ss_bucket_marks(place->other, 0);
    struct ss_bucket *bucket = place->first;
    __u64 empty = first;
    place->at = place->first_number * SS_BUCKET_ENTRIES;
    if (ss_count_marks(first) < 3 && ss_count_marks(other) > ss_count_marks(first)) {
        bucket = place->other;
        empty = other;
        place->at = place->other_number * SS_BUCKET_ENTRIES;
    }
    if (!empty)
        return ss_call_displace(place, now, value);
    __u32 slot = ss_lowest_mark(empty);
    place->at += slot;
    place->entry = &bucket->entry[slot];
    return ss_call_swap(place->entry, 0, value);
}

#endif /* SIPSTEER_BPF_CALL_TABLE_H */
