/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * New calls in the call table.
 */
#ifndef SIPSTEER_BPF_CALL_TABLE_H
#define SIPSTEER_BPF_CALL_TABLE_H

#include "call_place.h"
#include "call_room.h"
#include "call_state.h"

/*
 * Finds an empty entry for a call that has none; 1 if there is one. The emptier bucket gives it,
 * the first one while it has plenty of room: lookups look there first.
 */
SS_INLINE int ss_call_empty_place(struct ss_place *place) {
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
        return 0;
    __u32 slot = ss_lowest_mark(empty);
    place->at += slot;
    place->entry = &bucket->entry[slot];
    return 1;
}

/* Enters a call in the empty place that was found for it; 1 if the entry is its own then. */
SS_INLINE int ss_call_take(struct ss_place *place, __u64 value) {
    return !ss_call_entered(place) && ss_call_swap(place->entry, 0, value);
}

/*
 * Enters a call that has no entry; 1 if it found room, place->entry is then its own. If another
 * call or another CPU took the place that was chosen, place->entry names it; NULL: there was none.
 */
SS_INLINE int ss_call_insert(struct ss_place *place, __u32 now, __u64 value) {
    if (!ss_call_empty_place(place))
        return ss_call_displace(place, now, value);
    return ss_call_take(place, value);
}

#endif /* SIPSTEER_BPF_CALL_TABLE_H */
