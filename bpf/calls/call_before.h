/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * While the call table has just been given another size: calls that are in the table that was in
 * force before are brought over one by one, each with its next message. The sweep empties the rest
 * of that table as their lifetimes end.
 */
#ifndef SIPSTEER_BPF_CALL_BEFORE_H
#define SIPSTEER_BPF_CALL_BEFORE_H

#include "../message/key.h"
#include "call_table.h"

/* A call's entry in the table before. */
struct ss_old_place {
    __u64 *entry;
    __u64 value; /* what it held */
    __u32 bucket;
    __u32 slot;
};

/* Looks in one bucket; 1 if the call is there. */
SS_INLINE int ss_old_find_in(__u32 number, __u32 tag, struct ss_old_place *place) {
    struct ss_bucket *bucket = bpf_map_lookup_elem(&calls_before, &number);
    if (!bucket)
        return 0;
    __u64 marks = ss_bucket_marks(bucket, tag);
    if (!marks)
        return 0;
    place->bucket = number;
    place->slot = ss_lowest_mark(marks);
    place->entry = &bucket->entry[place->slot];
    place->value = *(volatile __u64 *)place->entry;
    return ss_call_tag(place->value) == tag;
}

SS_INLINE int ss_old_find(__u64 position, struct ss_old_place *place) {
    __u32 buckets = settings.buckets_before;
    __u32 tag = ss_call_position_tag(position);
    __u32 first = ss_call_first_bucket(position, buckets);
    return ss_old_find_in(first, tag, place) ||
           ss_old_find_in(ss_call_other_bucket(first, tag, buckets), tag, place);
}

/* The server of a call that is not brought over yet; SS_NO_SERVER if there is no such call. */
SS_INLINE __u32 ss_old_server(__u64 position) {
    struct ss_old_place old;
    if (!settings.buckets_before || !ss_old_find(position, &old))
        return SS_NO_SERVER;
    return ss_call_server(old.value);
}

/*
 * Takes an entry out of the table before; 1 if it was still there. A program that is not replaced
 * yet may note a message in it meanwhile: then once more.
 */
SS_INLINE int ss_old_take(struct ss_old_place *place, __u32 tag) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 3; i++) {
        if (ss_call_swap(place->entry, place->value, 0))
            return 1;
        place->value = *(volatile __u64 *)place->entry;
        if (ss_call_tag(place->value) != tag)
            return 0;
    }
    return 0;
}

SS_INLINE void ss_birth_fetch(const struct ss_old_place *old, const struct ss_place *place) {
    __u32 from = old->bucket, to = place->at / SS_BUCKET_ENTRIES;
    struct ss_births *then = bpf_map_lookup_elem(&births_before, &from);
    struct ss_births *fresh = bpf_map_lookup_elem(&births, &to);
    if (then && fresh)
        ss_birth_copy(then, old->slot, fresh, place->at);
}

/*
 * Brings a call over, displacing others as a new call does. First it is in both tables, then in the
 * new one only, so that it can always be found; who finds it gone from the old one was overtaken by
 * another CPU, which brought it, and takes his own copy back. A call that finds no room stays where
 * it is (ss_old_hit). 0, always.
 */
SS_STAGE int ss_call_fetch(__u32 pool, __u64 key) {
    __u64 position = ss_call_position(key, pool);
    __u32 now = ss_now();
    struct ss_place place;
    struct ss_old_place old;
    if (ss_call_find(position, &place) || place.entry)
        return 0;
    if (!ss_old_find(position, &old) || ss_call_expired(old.value, now))
        return 0;
    __u64 value = old.value;
    if (!ss_call_insert(&place, now, value))
        return 0;
    ss_count_gone(place.value, now);
    ss_birth_fetch(&old, &place);
    if (!ss_old_take(&old, place.tag))
        ss_call_swap(place.entry, value, 0);
    return 0;
}

/* What of a message's calls lies in the table before; see above. */
SS_INLINE void ss_fetch_calls(__u32 pool, __u32 mode, const struct ss_key *key) {
    if (!settings.buckets_before || mode != SS_POOL_STATEFUL)
        return;
    ss_call_fetch(pool, key->hash);
    if (key->user)
        ss_call_fetch(pool, key->user);
}

#endif /* SIPSTEER_BPF_CALL_BEFORE_H */
