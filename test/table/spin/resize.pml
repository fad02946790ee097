/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resize: calls C and D lie in the table before. Two CPUs have a message of C, the third one of
 * THIRD: each brings its call into the present table, in which there are none, one or two free
 * places. With SWEEP, D expires meanwhile.
 *
 * With OUTDATED the third CPU still runs the program of before the resize. If the others have brought
 * its call over, it makes an entry of its own in the table before. Messages by the present program
 * reach the call's server all the same.
 */
#define BUCKETS 2
#define ENTRIES 1
#define WITH_BEFORE
#define MOST_ENTRIES 3 /* the old one, and a copy of each CPU */
#define C 1
#define D 2
#define Y 4
#define FIRST(call) 0
#define OLD_FIRST(call) ((call) == D)
#define SUM(call) 1
#define HOME 4
#ifdef SWEEP
#define SHORT D
#endif
#ifndef LEFT
#define LEFT 1
#endif
#define CHECK_MESSAGE(call, out, known) \
    assert((call) != C || HAS(gone, C) || (out) == HOME || outdated)
#ifndef THIRD
#define THIRD D
#endif
#ifndef OUTDATED
#define OUTDATED false
#endif

#include "protocol.pml"

init {
    byte place_, number_;
    atomic {
        begin_with(2, C, HOME, 1);
        begin_with(3, D, HOME, 0);
        if
        :: true
        :: begin_with(0, Y, HOME, 1)
        :: begin_with(1, Y, HOME, 1)
        :: begin_with(0, Y, HOME, 1); begin_with(1, Y, HOME, 1)
        fi;
        run Cpu(0, C, 1, 1, false);
        run Cpu(1, C, 2, 1, false);
        run Cpu(2, THIRD, 3, 1, OUTDATED);
#ifdef SWEEP
        tick = 1; /* D is expired already */
        run Sweep()
#else
        quiet++
#endif
    }
    quiet == 4;
    d_step {
        check_counts();
        count_entries(C, number_);
        assert((number_ >= 1 && number_ <= LEFT) || HAS(gone, C));
        for (place_ : 0 .. PLACES - 1) {
            assert(CALL(table[place_]) != C || SERVER(table[place_]) == HOME)
        }
    }
}
