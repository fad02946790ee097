/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where calls are in the call table: set-associative, one cache line a bucket, two candidate
 * buckets for a key. Entries (sipsteer/call.h) are changed by compare-and-swap only, so two CPUs
 * that meet on a bucket leave whole entries. test/table/spin/protocol.pml is a model of all this.
 */
#ifndef SIPSTEER_BPF_CALL_PLACE_H
#define SIPSTEER_BPF_CALL_PLACE_H

#include "../net/maps.h"
#include "../net/packet.h"

/* Where a call's entry is or may be. */
struct ss_place {
    struct ss_bucket *first;
    struct ss_bucket *other;
    __u64 *entry; /* the call's, NULL if it has none */
    __u64 value;  /* what the entry held, before it was this call's or since; 0: nothing */
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
    place->value = 0;
    if (!place->first || !place->other)
        return -1;
    /* Both cache lines are asked for at once: in a full table half of the calls are in the other
     * one. */
    (void)*(volatile __u64 *)&place->other->entry[0];
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
        if (ss_call_tag(place->value) != place->tag) {
            place->entry = NULL;
            place->value = 0;
        }
    }
    return 0;
}

/* Counts live calls of the server that an entry names, if it is one. */
SS_INLINE void ss_count_live(__u64 entry, __s64 change) {
    __u32 index = ss_call_server(entry);
    struct ss_server_load *load = bpf_map_lookup_elem(&server_load, &index);
    if (!load || !ss_call_is_live(ss_call_state(entry)))
        return;
    __sync_fetch_and_add(&load->live, change);
    __sync_fetch_and_add(&load->changes, 1);
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

/* What is kept beside the bucket that a call's entry is in. */
SS_INLINE struct ss_births *ss_births_of(const struct ss_place *place) {
    __u32 number = place->at / SS_BUCKET_ENTRIES;
    return bpf_map_lookup_elem(&births, &number);
}

/* Notes the first attempt of a call; call: it is one, and no other entry. */
SS_INLINE void ss_birth_attempt(struct ss_births *bucket, __u32 at, int call, __u32 attempt) {
    __u32 slot = at & 7;
    bucket->attempt[slot] = attempt;
    bucket->open[slot] = call && attempt;
    bucket->marks[slot] = call && !attempt ? SS_CALL_UNKNOWN : 0;
}

/* Likewise, and when the entry came, once it is there. */
SS_INLINE void ss_birth_note(const struct ss_place *place, __u32 now, int call, __u32 attempt) {
    struct ss_births *bucket = ss_births_of(place);
    if (!bucket)
        return;
    bucket->tick[place->at & 7] = ss_birth_tick(now);
    ss_birth_attempt(bucket, place->at, call, attempt);
}

/* Copies it from one place in a bucket to another. */
SS_INLINE void ss_birth_copy(const struct ss_births *from, __u32 from_slot, struct ss_births *to,
                             __u32 to_slot) {
    from_slot &= 7;
    to_slot &= 7;
    to->tick[to_slot] = from->tick[from_slot];
    to->attempt[to_slot] = from->attempt[from_slot];
    to->open[to_slot] = from->open[from_slot];
    to->marks[to_slot] = from->marks[from_slot];
}

/* Takes it along to where a call is moved: from a bucket, by its number, to another one. */
SS_INLINE void ss_birth_move(const __u32 *from, __u32 from_slot, const __u32 *to, __u32 to_slot) {
    struct ss_births *old = bpf_map_lookup_elem(&births, from);
    struct ss_births *fresh = bpf_map_lookup_elem(&births, to);
    if (old && fresh)
        ss_birth_copy(old, from_slot, fresh, to_slot);
}

/*
 * Whether another CPU has entered the call since it was looked for; asked once a place for it is
 * chosen. If not, one that does so now has chosen the same place by the same two buckets, and one
 * of the two swaps fails.
 */
SS_FRAME int ss_call_entered(const struct ss_place *place) {
    return (ss_bucket_marks(place->first, place->tag) |
            ss_bucket_marks(place->other, place->tag)) != 0;
}

#endif /* SIPSTEER_BPF_CALL_PLACE_H */
