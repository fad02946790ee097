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

/* Where a call's entry is or may be. */
struct ss_place {
    struct ss_bucket *first;
    struct ss_bucket *other;
    __u64 *entry; /* the call's, NULL if it has none */
    __u64 value;  /* what the entry held */
    __u32 tag;
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
    __u32 mask = settings.bucket_mask;
    __u32 first = ss_call_first_bucket(position, mask);
    place->tag = ss_call_position_tag(position);
    __u32 other = ss_call_other_bucket(first, place->tag, mask);
    place->first = bpf_map_lookup_elem(&calls, &first);
    place->other = bpf_map_lookup_elem(&calls, &other);
    place->entry = NULL;
    if (!place->first || !place->other)
        return -1;
    struct ss_bucket *bucket = place->first;
    __u64 marks = ss_bucket_marks(bucket, place->tag);
    if (!marks) {
        bucket = place->other;
        marks = ss_bucket_marks(bucket, place->tag);
    }
    if (marks) {
        place->entry = &bucket->entry[ss_lowest_mark(marks)];
        place->value = *(volatile __u64 *)place->entry;
        /* Another CPU may have given the entry away since. */
        if (ss_call_tag(place->value) != place->tag)
            place->entry = NULL;
    }
    return 0;
}

/* Puts value in the place of expected; 1 if the entry still held that. */
SS_INLINE int ss_call_swap(__u64 *entry, __u64 expected, __u64 value) {
    return __sync_val_compare_and_swap(entry, expected, value) == expected;
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
    if (!server || state >= SS_CALL_STATES)
        return 0;
    __u32 pool_index = server->pool;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
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

/* Takes the entry of least worth for a new call; 1 if there was one to take. */
SS_INLINE int ss_call_displace(struct ss_place *place, __u32 now, __u64 value) {
    struct ss_victim victim = {.bucket = place->first, .now = now, .worth = SS_WORTH_KEEP};
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    victim.bucket = place->other;
    victim.base = SS_BUCKET_ENTRIES;
    bpf_loop(SS_BUCKET_ENTRIES, ss_victim_step, &victim, 0);
    if (victim.worth == SS_WORTH_KEEP)
        return 0;
    if (victim.index & SS_BUCKET_ENTRIES)
        place->entry = &place->other->entry[victim.index & 7];
    else
        place->entry = &place->first->entry[victim.index & 7];
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
    if (ss_count_marks(first) < 3 && ss_count_marks(other) > ss_count_marks(first)) {
        bucket = place->other;
        empty = other;
    }
    if (!empty)
        return ss_call_displace(place, now, value);
    place->entry = &bucket->entry[ss_lowest_mark(empty)];
    return ss_call_swap(place->entry, 0, value);
}

#endif /* SIPSTEER_BPF_CALL_TABLE_H */
