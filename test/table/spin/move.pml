/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Displace and move: call C has an entry. Another new call, D, finds both its buckets full and
 * moves C, from its first bucket to its other one or back. Meanwhile C has a message, and THIRD has
 * one on the third CPU. C's message goes to C's server whether the lookup met the entry or missed
 * it: then the swap of the new entry is refused, and the second look (settle) finds it.
 *
 * Two moves in the time of one message can hide C from both looks: THIRD is E.
 */
#define BUCKETS 3
#define ENTRIES 1
#ifndef MOST_ENTRIES
#define MOST_ENTRIES 2 /* the entry, and the mover's copy */
#endif
#define C 1
#define D 2 /* new, in buckets 0 and 1 */
#define Y 4 /* stays in bucket 1 */
#define E 5 /* new, in buckets 2 and 1; for THIRD: nothing is 0, C is 1, D is 2, E is 5 */
#define FIRST(call) ((call) == C -> first_of_c : ((call) == D -> 0 : 2))
#define SUM(call) ((call) == C || (call) == Y -> 2 : ((call) == D -> 1 : 0))
#define HOME 4
#ifdef MISSED /* a message may miss its call */
#define CHECK_MESSAGE(call, out, known) skip
#else
#define CHECK_MESSAGE(call, out, known) assert((call) != C || HAS(gone, C) || (out) == HOME)
#endif
#ifndef THIRD
#define THIRD 2
#endif
#ifndef CONFIRMED_YET /* 0: C's first message is noted in the entry */
#define CONFIRMED_YET 1
#endif
byte first_of_c; /* 0 or 2 */

#include "protocol.pml"

init {
    byte place_, number_;
    atomic {
#ifdef DOUBLES
        tick = QUIET;
        run Doubles(3);
#endif
        begin_with(0, C, HOME, CONFIRMED_YET);
#ifdef DOUBLED /* two CPUs entered it at once */
        begin_with(2, C, 3, 0);
#endif
        begin_with(1, Y, HOME, 1);
        if
        :: true
        :: first_of_c = 2
        fi;
        run Cpu(0, C, 1, 1, false);
#if THIRD > 0
        run Cpu(2, THIRD, 3, 1, false);
#else
        quiet++;
#endif
        run Cpu(1, D, 2, 1, false)
    }
#ifdef DOUBLES
    quiet == 4;
#else
    quiet == 3;
#endif
    d_step {
        check_counts();
        count_entries(C, number_);
        assert(number_ == 1 || HAS(gone, C));
        for (place_ : 0 .. PLACES - 1) {
            assert(CALL(table[place_]) != C || !CONFIRMED_YET || HAS(gone, C) || SERVER(table[place_]) == HOME)
        }
    }
}
