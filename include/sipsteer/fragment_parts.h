/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which parts of a fragmented datagram have gone to its server, or are held for its first fragment.
 * The data plane notes both; the controller sends what is held and notes nothing.
 */
#ifndef SIPSTEER_FRAGMENT_PARTS_H
#define SIPSTEER_FRAGMENT_PARTS_H

#include "fragment.h"

/* Beyond any datagram, in units of 8 bytes. */
#define SS_FRAGMENT_UNITS_MAX 0xffffU

enum ss_fragment_noted {
    SS_FRAGMENT_MISFIT =
        -1, /* it overlaps one that has passed, or does not fit the end: not noted */
    SS_FRAGMENT_NOTED = 0,
    SS_FRAGMENT_WHOLE = 1, /* with it all of the datagram has passed: the entry is to go */
};

/*
 * Units that have passed; -1 if the range overlaps one of them or they do not end with the
 * datagram. most: its length, as far as it is known, or what is beyond any.
 */
SS_INLINE int ss_fragment_passed(const struct ss_fragment *fragment, __u32 start, __u32 end,
                                 __u32 most) {
    __u32 units = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < SS_FRAGMENT_RANGES; i++) {
        const struct ss_fragment_range *range = &fragment->passed[i];
        if ((start < range->end && end > range->start) || range->end > most)
            return -1;
        units += (__u32)(range->end - range->start);
    }
    return (int)units;
}

/* Adds a range to those that have passed, to one it touches if there is such. */
SS_INLINE void ss_fragment_add(struct ss_fragment *fragment, __u32 start, __u32 end) {
#pragma clang loop unroll(full)
    for (int i = 0; i < SS_FRAGMENT_RANGES; i++) {
        struct ss_fragment_range *range = &fragment->passed[i];
        if (range->end == start || range->end == 0) {
            range->start = range->end ? range->start : (__u16)start;
            range->end = (__u16)end;
            return;
        }
        if (range->start == end) {
            range->start = (__u16)start;
            return;
        }
    }
}

/*
 * Notes that a later fragment passes: the units from start to before end, with which the datagram
 * ends if last is set. Gives enum ss_fragment_noted.
 */
SS_INLINE int ss_fragment_note_part(struct ss_fragment *fragment, __u32 start, __u32 end,
                                    int last) {
    if (fragment->units && (end > fragment->units || last))
        return SS_FRAGMENT_MISFIT; /* beyond the datagram's end, or a second end */
    int passed = ss_fragment_passed(fragment, start, end, last ? end : SS_FRAGMENT_UNITS_MAX);
    if (passed < 0)
        return SS_FRAGMENT_MISFIT;
    if (last)
        fragment->units = (__u16)end;
    if (fragment->units && (__u32)passed + end - start >= fragment->units)
        return SS_FRAGMENT_WHOLE;
    ss_fragment_add(fragment, start, end);
    return SS_FRAGMENT_NOTED;
}

#endif /* SIPSTEER_FRAGMENT_PARTS_H */
