/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enter and settle: a new call's message on two CPUs at once, on the third what THIRD says, into a
 * table with any mixture of free and taken places.
 *
 * Without the sweep the call ends up with one entry. With SWEEP, an entry that expires gives its
 * place free between the two choices: then both CPUs may enter the call, and LEFT is 2. That many
 * there may be for as long as the lifetime of the second. Never are there more than CPUs that
 * enter the call at once.
 */
#define BUCKETS 2
#ifndef ENTRIES
#define ENTRIES 2
#endif
#define C 1
#define D 2 /* another new call; for THIRD: nothing is 0, C is 1, D is 2 */
#define X 3 /* expires */
#define Y 4 /* stays */
#define SHORT X
#ifdef NO_MOVES
#define SWEPT 1 /* X stays where it is */
#endif
#ifdef WANT_ENTRY /* both calls look for the same place */
#define FIRST(call) 0
#else
#define FIRST(call) ((call) == D)
#endif
#define SUM(call) 1
#ifndef MOST_ENTRIES
#define MOST_ENTRIES 2
#endif
#ifndef LEFT
#define LEFT 1
#endif
#ifndef THIRD
#define THIRD 2
#endif

/*
 * A call that finds no place has its server from the ring. It has an entry all the same if another
 * CPU entered it: then that one's server is to be told. Three CPUs that enter it may move the entry
 * from bucket to bucket, by taking theirs back, and that escapes a reader: THIRD is 1.
 */
#if THIRD == 1
#define CHECK_MESSAGE(call, out, known) skip
#elif defined(WANT_ENTRY)
#define CHECK_MESSAGE(call, out, known) assert((out) != RING)
#else
#define CHECK_MESSAGE(call, out, known) \
    assert((out) != RING || !(known) || (call) != C || HAS(gone, C))
#endif

#include "protocol.pml"

inline fill(where) {
    if
    :: true
    :: begin_with(where, Y, 4, 1)
    fi
}

init {
    byte place_, number_;
    atomic {
#ifdef SWEEP
        begin_with(0, X, 4, 0);
#ifndef LATE /* X is expired from the beginning; else while the CPUs are at work */
        tick = 1;
#endif
        run Sweep();
#else
#ifndef WANT_ENTRY /* there: so much room that each call finds some */
        fill(0);
        fill(1);
        fill(2);
        fill(3);
#endif
        quiet++;
#endif
#if THIRD > 0
        run Cpu(2, THIRD, 3, 1, false);
#else
        quiet++;
#endif
        run Cpu(0, C, 1, 1, false);
        run Cpu(1, C, 2, 1, false)
    }
    quiet == 4;
#ifdef DOUBLES
    run Doubles(4);
    quiet == 5;
#endif
    d_step {
        check_counts();
        count_entries(C, number_);
        assert(number_ <= LEFT);
        /* No call is lost: who was told a server found an entry, or made one. */
        assert(number_ > 0 || HAS(gone, C) || (told[0] == RING && told[1] == RING));
#if THIRD != 1
        /* No entry is left that no message went by. */
        for (place_ : 0 .. PLACES - 1) {
            assert(CALL(table[place_]) != C ||
                   SERVER(table[place_]) == told[SERVER(table[place_]) - 1])
        }
#endif
#if LEFT == 1 && !defined(DOUBLES)
        assert(told[0] == told[1] || told[0] == RING || told[1] == RING || HAS(gone, C))
#endif
    }
}
