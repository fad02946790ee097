/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Re-home: the server of call C fails while three CPUs have messages of C. Each CPU has another
 * choice, and all end up with one. With MOVE_ALL the controller moves C, too.
 *
 * With SWEEP the time goes on. A CPU that had read the server's flags before it failed may note a
 * message in the entry; if two of them do so, they take both tries from a third CPU.
 */
#define BUCKETS 2
#define ENTRIES 1
#define MOST_ENTRIES 1
#define C 1
#define FIRST(call) 0
#define SUM(call) 1
#define HOME 4
#define CHECK_MESSAGE(call, out, known) skip
#ifndef MESSAGES
#define MESSAGES 2 /* of the first CPU */
#endif

#include "protocol.pml"

/* The health check, and then Rehoming::move_bucket() for one entry. */
proctype Controller() {
    WORD_TYPE value;
    bool won;
    byte place_, number_;
    down = 1 << HOME;
#ifdef MOVE_ALL
    offered[C] = offered[C] | 1 << 3;
    value = table[0];
    do
    :: value != 0 && SERVER(value) == HOME ->
        call_swap(0, value, WORD(CALL(value), 3, CONFIRMED(value), TICK(value)), won);
        value = (won -> 0 : table[0])
    :: else -> break
    od;
#endif
    atomic {
        value = 0;
        won = false;
        quiet++
    }
}

init {
    byte place_, number_;
    atomic {
        begin_with(0, C, HOME, 0);
        run Cpu(0, C, 1, MESSAGES, false);
        run Cpu(1, C, 2, 1, false);
        run Cpu(2, C, 3, 1, false);
        run Controller();
#ifdef SWEEP
        run Sweep()
#else
        quiet++
#endif
    }
    quiet == 5;
    d_step {
        check_counts();
        count_entries(C, number_);
        assert(number_ == 1);
        for (place_ : 0 .. 2) {
            assert(told[place_] == HOME || told[place_] == SERVER(table[0]))
        }
    }
}
