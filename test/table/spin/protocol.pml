/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol of the call table, for spin: what bpf/calls/call_place.h, call_table.h, call_room.h,
 * call_before.h and select.h do to the table, and controller/calls/sweeper.cpp, doubles.cpp and
 * rehoming.cpp.
 * An inline has the name of its function there without "ss_". A scenario (enter.pml, move.pml,
 * rehome.pml, resize.pml) gives the table its size, its first entries and the processes.
 *
 * A step of the model is one access to a word of the table: a load, a store or a compare-and-swap.
 * Between two steps any other process may run. An entry is one word; a bucket is read word by word.
 * Counts are changed in the step of their swap: additions of several CPUs give the same sum in any
 * order, and the sum is looked at when all is quiet.
 *
 * BREAK_... leaves a rule out, so that spin must find the damage.
 */

/*
 * An entry: call (1 to 7; 0: empty), server, whether confirmed, and the tick of its last message.
 * Ticks count further than to 1 only where the controller removes doubled entries.
 */
#ifdef DOUBLES
#define WORD_TYPE short
#define TICK_BITS 3
#else
#define WORD_TYPE byte
#define TICK_BITS 1
#endif
#define WORD(call, server, confirmed, tick) \
    ((call) << (TICK_BITS + 4) | (server) << (TICK_BITS + 1) | (confirmed) << TICK_BITS | (tick))
#define CALL(word) ((word) >> (TICK_BITS + 4))
#define SERVER(word) (((word) >> (TICK_BITS + 1)) & 7)
#define CONFIRMED(word) (((word) >> TICK_BITS) & 1)
#define TICK(word) ((word) & ((1 << TICK_BITS) - 1))

#define NONE 255 /* no place */
#define SERVERS 5
#define RING 0 /* the server that a call without an entry has from the ring */

/* Time: 0, then 1. The calls that a scenario calls SHORT are expired after one tick. */
#ifndef SHORT
#define SHORT 0
#endif
#define EXPIRED(word, now) (CALL(word) == SHORT && TICK(word) < (now))

/* What an entry is worth, as ss_call_worth() has it. A place that is empty by now is worth nothing. */
#define WORTH_KEEP 2
#define WORTH(word, now) \
    ((word) == 0 || EXPIRED(word, now) -> 0 : (CONFIRMED(word) -> WORTH_KEEP : 1))

/* A bucket is named by the number of its first place. Of two tables the one before comes second. */
#define PLACES (BUCKETS * ENTRIES)
#define FIRST_BUCKET(call) (FIRST(call) * ENTRIES)
#define OTHER_OF_TABLE(bucket, call) \
    (((SUM(call) + BUCKETS - (bucket) / ENTRIES) % BUCKETS) * ENTRIES)
#ifdef WITH_BEFORE /* the table before has two buckets of one entry, and SUM is 1 for all calls */
#define ALL_PLACES (PLACES + 2)
#define OTHER_OF_BEFORE(bucket) (2 * PLACES + 1 - (bucket))
#define OTHER_BUCKET(bucket, call) \
    ((bucket) < PLACES -> OTHER_OF_TABLE(bucket, call) : OTHER_OF_BEFORE(bucket))
#else
#define ALL_PLACES PLACES
#define OTHER_BUCKET(bucket, call) OTHER_OF_TABLE(bucket, call)
#endif

#define LOWEST_MARK(marks) (1 - ((marks) & 1))
#define COUNT_MARKS(marks) (((marks) & 1) + ((marks) >> 1))

WORD_TYPE table[ALL_PLACES];
short live[SERVERS]; /* calls of each server, as the swaps count them */
byte tick;           /* the time */
byte down;           /* servers that take nothing, a bit each */
byte quiet;          /* processes that have ended */

/* What only the checks know. */
byte offered[8]; /* servers that a call was given by a scheduler, a bit each */
byte gone;       /* calls that were displaced or expired, a bit each */
byte told[4];    /* the server of each CPU's last message */

#define HAS(set, number) (((set) >> (number)) & 1)

/* Entries of a call, all places. Only within a step. */
inline count_entries(call, number) {
    number = 0;
    place_ = 0;
    do
    :: place_ < ALL_PLACES ->
        number = number + (CALL(table[place_]) == call);
        place_++
    :: else -> break
    od;
    place_ = 0
}

/* After each change: the new entry is whole, and its call has no more entries than it may. */
inline check_entry(word) {
    if
    :: (word) != 0 ->
        assert(HAS(offered[CALL(word)], SERVER(word)));
        count_entries(CALL(word), number_);
        assert(number_ <= MOST_ENTRIES);
        number_ = 0
    :: else
    fi
}

/* A swap without counting: what BREAK_COUNT leaves. */
inline compare_and_swap(where, expected, word, done) {
    d_step {
        done = (table[where] == expected);
        if
        :: done ->
            table[where] = word;
            check_entry(word)
        :: else
        fi
    }
}

/* ss_call_swap(), and swap_entry() with count_swap() of the controller. */
inline call_swap(where, expected, word, done) {
#ifdef BREAK_SWAP
    done = (table[where] == expected);
#endif
    d_step {
#ifndef BREAK_SWAP
        done = (table[where] == expected);
#endif
        if
        :: done ->
            table[where] = word;
            if
            :: (expected) != 0 -> live[SERVER(expected)]--
            :: else
            fi;
            if
            :: (word) != 0 -> live[SERVER(word)]++
            :: else
            fi;
            if
            :: (expected) != 0 && (word) != 0 && CALL(expected) != CALL(word) ->
                gone = gone | 1 << CALL(expected)
            :: else
            fi;
            check_entry(word)
        :: else
        fi
    }
}

/* ss_bucket_marks(): adds those of a bucket. Call 0 marks the empty ones. */
inline bucket_marks(bucket, call, marks) {
    marks = marks | (CALL(table[bucket]) == call);
#if ENTRIES > 1
    marks = marks | (CALL(table[(bucket) + 1]) == call) << 1
#endif
}

/* ss_call_find(): place and value of this CPU's call. */
inline call_find() {
    marks = 0;
    bucket_marks(first, call, marks);
    if
    :: marks != 0 -> at = first + LOWEST_MARK(marks)
    :: else ->
        bucket_marks(other, call, marks);
        at = (marks != 0 -> other + LOWEST_MARK(marks) : NONE)
    fi;
    d_step {
        value = (at != NONE -> table[at] : 0);
        at = (CALL(value) == call -> at : NONE);
        value = (at != NONE -> value : 0);
        marks = 0
    }
}

/* ss_call_entered() */
inline call_entered(entered) {
    marks = 0;
#ifndef BREAK_ENTERED
    bucket_marks(first, call, marks);
    bucket_marks(other, call, marks);
#endif
    d_step {
        entered = (marks != 0);
        marks = 0
    }
}

/* ss_call_empty_place(): sets at; NONE: both buckets are full. */
inline call_empty_place() {
    bucket_marks(first, 0, marks);
    bucket_marks(other, 0, others);
    d_step {
        if
        :: COUNT_MARKS(others) > COUNT_MARKS(marks) -> at = other + LOWEST_MARK(others)
        :: else -> at = (marks != 0 -> first + LOWEST_MARK(marks) : NONE)
        fi;
        marks = 0;
        others = 0
    }
}

/* ss_victim_step(), for all places of both buckets. */
inline find_victim() {
    d_step {
        worth = WORTH_KEEP;
        step = 0
    }
    do
    :: step < 2 * ENTRIES ->
        d_step {
            from = (step < ENTRIES -> first + step : other + step - ENTRIES);
            if
            :: WORTH(table[from], now) < worth ->
                worth = WORTH(table[from], now);
                victim = from;
                value = table[from]
            :: else
            fi;
            from = 0;
            step++
        }
    :: else -> break
    od;
    step = 0
}

/* A mover's swaps count like any other: a message may be noted in the copy, which stays then. */
#ifdef BREAK_COUNT
#define MOVER_SWAP(where, expected, word, done) compare_and_swap(where, expected, word, done)
#else
#define MOVER_SWAP(where, expected, word, done) call_swap(where, expected, word, done)
#endif

/* ss_move_step(): sets at to the place that it made free. */
inline move_step() {
    d_step {
        from = (step < ENTRIES -> first + step : other + step - ENTRIES);
        moved = table[from];
        to = OTHER_BUCKET((step < ENTRIES -> first : other), CALL(moved));
        step++
    }
    if
    :: moved != 0 && to != from - from % ENTRIES ->
        bucket_marks(to, 0, marks);
        if
        :: marks != 0 ->
            d_step {
                to = to + LOWEST_MARK(marks);
                marks = 0
            }
#ifdef BREAK_MOVE_ORDER
            MOVER_SWAP(from, moved, 0, won);
            if
            :: won ->
                at = from;
                MOVER_SWAP(to, 0, moved, won)
            :: else
            fi
#else
            MOVER_SWAP(to, 0, moved, won);
            if
            :: won ->
                MOVER_SWAP(from, moved, 0, won);
                if
                :: won -> at = from
#ifndef BREAK_MOVE_BACK
                :: else -> MOVER_SWAP(to, moved, 0, won)
#else
                :: else
#endif
                fi
            :: else
            fi
#endif
        :: else
        fi
    :: else
    fi;
    d_step {
        from = 0;
        moved = 0;
        to = 0;
        won = false
    }
}

/* ss_call_make_room(): sets at, or leaves it NONE. */
inline call_make_room() {
#ifdef NO_MOVES
    step = 2 * ENTRIES;
#else
    step = 0;
#endif
    do
    :: step < 2 * ENTRIES && at == NONE -> move_step()
    :: else -> break
    od;
    step = 0
}

/* ss_call_displace() */
inline call_displace() {
    find_victim();
    if
    :: worth != 0 -> call_make_room()
    :: else
    fi;
    if
    :: at != NONE ->
        value = 0;
        call_entered(won);
        if
        :: !won -> call_swap(at, 0, fresh, won)
        :: else -> won = false
        fi
    :: at == NONE && worth == WORTH_KEEP -> won = false
    :: at == NONE && worth != WORTH_KEEP ->
        at = victim;
        call_entered(won);
        if
        :: !won -> call_swap(at, value, fresh, won)
        :: else -> won = false
        fi
    fi;
    d_step {
        victim = 0;
        worth = 0
    }
}

/* ss_call_take(): enters the call in the empty place at; sets won. */
inline call_take() {
    if
    :: at != NONE ->
        call_entered(won);
        if
        :: !won -> call_swap(at, 0, fresh, won)
        :: else -> won = false
        fi
    :: else -> won = false
    fi
}

/* ss_call_insert(): sets won, and at to the place that was chosen; NONE: there is no room. */
inline call_insert() {
    call_empty_place();
    if
    :: at == NONE -> call_displace()
    :: else -> call_take()
    fi
}

/*
 * Whether a CPU that entered its call, but is not the truth, takes its own entry back. With its own
 * server the truth may be that entry, which another CPU moves.
 */
#if defined(BREAK_SETTLE)
#define TAKES_BACK false
#elif defined(BREAK_OWN)
#define TAKES_BACK won
#else
#define TAKES_BACK (won && SERVER(value) != SERVER(fresh))
#endif

/* ss_call_settle(): sets found if the call has an entry, and out if that is not this CPU's. */
inline call_settle() {
#ifdef BREAK_FOLLOW
    found = true /* nor is there a second try, which would look, too */
#else
    ours = at;
    call_find();
    found = (at != NONE);
    if
    :: at != NONE && !(won && at == ours) ->
        out = SERVER(value);
        if
        :: TAKES_BACK -> call_swap(ours, fresh, 0, won)
        :: else
        fi
    :: else
    fi;
    ours = 0
#endif
}

/* ss_call_note() */
inline call_note() {
    if
    :: value != WORD(call, SERVER(value), 1, now) ->
        call_swap(at, value, WORD(call, SERVER(value), 1, now), won)
    :: else
    fi
}

/* Whether a CPU whose first try failed makes a second one: it had chosen a place. */
#ifdef BREAK_AGAIN
#define AGAIN false
#else
#define AGAIN (!won && at != NONE)
#endif

/* The scheduler's choice: each CPU has a server of its own, so that two choices for a call differ. */
inline choose() {
    d_step {
        offered[call] = offered[call] | 1 << mine;
        out = mine
    }
}

/* ss_enter_again(): another call took the place; an empty one is looked for once more. */
inline enter_again() {
    call_find();
    if
    :: at != NONE -> out = SERVER(value)
    :: else ->
        call_empty_place();
        call_take();
        out = (won -> SERVER(fresh) : RING);
        call_settle()
    fi
}

/* ss_select_new() and ss_enter() */
inline select_new() {
    choose();
    fresh = WORD(call, mine, 0, now);
    if
    :: at != NONE -> call_swap(at, value, fresh, won)
    :: else -> call_insert()
    fi;
    if
    :: !won ->
        d_step {
            out = RING;
            count_entries(call, number_);
            known = (number_ > 0);
            number_ = 0
        }
    :: else
    fi;
    again = AGAIN;
    call_settle();
    if
    :: again && !found -> enter_again()
    :: else
    fi;
    fresh = 0
}

/* SS_REHOME_TRIES */
#ifdef BREAK_TRIES
#define REHOME_TRIES 2
#else
#define REHOME_TRIES 3
#endif

/* ss_call_rehome() */
inline call_rehome() {
    fresh = WORD(call, mine, CONFIRMED(value), now);
    ours = SERVER(value);
    step = 0;
    do
    :: step < REHOME_TRIES ->
        call_swap(at, value, fresh, won);
        if
        :: won -> break
        :: else
        fi;
#ifdef BREAK_REHOME
        break;
#endif
        call_find();
        if
        :: at == NONE -> break
        :: at != NONE && SERVER(value) != ours ->
            out = SERVER(value);
            break
        :: else
        fi;
        step++
    :: else -> break
    od;
    atomic {
        step = 0;
        ours = 0;
        fresh = 0
    }
}

#ifdef WITH_BEFORE

/* ss_old_find(): sets old and old_value; NONE: not there. */
inline old_find() {
    d_step {
        old = PLACES + OLD_FIRST(call);
        old_value = table[old]
    }
    if
    :: CALL(old_value) != call ->
        old = OTHER_OF_BEFORE(old);
        old_value = table[old]
    :: else
    fi;
    d_step {
        old = (CALL(old_value) == call -> old : NONE);
        old_value = (old != NONE -> old_value : 0)
    }
}

/* ss_old_take(): sets won. */
inline old_take() {
    step = 0;
    do
    :: step < 3 ->
        call_swap(old, old_value, 0, won);
        if
        :: won -> break
        :: else
        fi;
        old_value = table[old];
        if
        :: CALL(old_value) != call -> break
        :: else
        fi;
        step++
    :: else -> break
    od;
    step = 0
}

/* ss_call_fetch() */
inline call_fetch() {
    call_find();
    if
    :: at == NONE ->
        old_find();
        if
        :: old != NONE && !EXPIRED(old_value, now) ->
            fresh = old_value;
#ifdef BREAK_FETCH_ORDER
            old_take();
            if
            :: won -> call_insert()
            :: else
            fi
#else
            call_insert();
            if
            :: won ->
                old_take();
                if
                :: !won -> call_swap(at, fresh, 0, won)
                :: else
                fi
            :: else
            fi
#endif
        :: else
        fi
    :: else
    fi;
    d_step {
        old = 0;
        old_value = 0;
        fresh = 0;
        won = false
    }
}

/* ss_old_hit(): sets out if the call is in the table before. */
inline old_hit(hit) {
    old_find();
    hit = (old != NONE && !EXPIRED(old_value, now) && !HAS(down, SERVER(old_value)));
    if
    :: hit ->
        out = SERVER(old_value);
        if
        :: old_value != WORD(call, SERVER(old_value), 1, now) ->
            call_swap(old, old_value, WORD(call, SERVER(old_value), 1, now), won)
        :: else
        fi
    :: else
    fi;
    d_step {
        old = 0;
        old_value = 0;
        won = false
    }
}

#else
inline call_fetch() {
    skip
}
inline old_hit(hit) {
    hit = false
}
#endif

/* ss_select_stateful() */
inline select_stateful() {
    call_find();
    if
    :: at == NONE && !outdated -> old_hit(answered)
    :: else -> answered = false
    fi;
    if
    :: answered
    :: !answered && (at == NONE || EXPIRED(value, now)) -> select_new()
    :: !answered && at != NONE && !EXPIRED(value, now) ->
        if
        :: HAS(down, SERVER(value)) ->
            choose();
            call_rehome()
        :: else ->
            out = SERVER(value);
            call_note()
        fi
    fi
}

/*
 * A CPU that has messages of one call, one after the other. `mine`: what the scheduler would choose
 * there. `outdated`: it runs the program of before the resize, which knows only the table before.
 */
proctype Cpu(byte id; byte call; byte mine; byte messages; bool outdated) {
    WORD_TYPE value, fresh, moved, old_value;
    byte first, other, now, at, marks, others, ours, out;
    byte step, from, to, victim, worth;
    byte old;
    bool won, answered, found, again;
    bool known; /* only a check: the call had an entry when this CPU could not enter it */
    byte place_, number_;
    do
    :: messages > 0 ->
        d_step {
            now = tick;
            first = FIRST_BUCKET(call);
            other = OTHER_BUCKET(first, call)
        }
#ifdef WITH_BEFORE
        if
        :: outdated ->
            first = PLACES + OLD_FIRST(call);
            other = OTHER_OF_BEFORE(first)
        :: else -> call_fetch()
        fi;
#endif
        select_stateful();
        d_step {
            CHECK_MESSAGE(call, out, known);
            known = false;
            told[id] = out;
            at = 0;
            value = 0;
            out = 0;
            now = 0;
            won = false;
            answered = false;
            found = false;
            again = false;
            messages--
        }
    :: else -> break
    od;
    quiet++
}

/* Sweeper::sweep_bucket() of the controller, once after a tick, over the places that may expire. */
#ifndef SWEPT
#define SWEPT ALL_PLACES
#endif
proctype Sweep() {
    WORD_TYPE value;
    byte at;
    bool won;
    byte place_, number_;
    tick = 1;
    do
    :: at < SWEPT ->
        value = table[at];
        do
        :: value != 0 && EXPIRED(value, tick) ->
#ifdef BREAK_SWEEP
            value = table[at];
            call_swap(at, table[at], 0, won);
#else
            call_swap(at, value, 0, won);
#endif
            if
            :: won ->
                gone = gone | 1 << CALL(value);
                value = 0
            :: else -> value = table[at]
            fi
        :: else -> break
        od;
        at++
    :: else -> break
    od;
    atomic {
        at = 0;
        value = 0;
        won = false
    }
    quiet++
}

#ifdef DOUBLES

#define QUIET 2 /* ticks: kQuietTicks of the controller */

/* The time of the keeper: later than that of both. */
#define LATER_TICK(one, other) ((TICK(one) > TICK(other) -> TICK(one) : TICK(other)) + 1)

/*
 * remove_spare() of the controller: two entries of a call, of which the second one goes. Who moves
 * the first one, or takes it back, finds it changed.
 */
inline remove_spare(keeper_at, keeper, spare_at, spare) {
    if
    :: tick - TICK(spare) >= QUIET ->
#ifdef BREAK_TOUCH
        won = true;
#else
        touched = keeper - TICK(keeper) + LATER_TICK(keeper, spare);
        call_swap(keeper_at, keeper, touched, won);
#endif
        if
        :: won -> call_swap(spare_at, spare, 0, won)
        :: else
        fi
    :: else
    fi
}

/* is_further() of the controller: which of two stays. */
#define IS_FURTHER(one, other) \
    (CONFIRMED(one) > CONFIRMED(other) || \
     (CONFIRMED(one) == CONFIRMED(other) && TICK(one) > TICK(other)))

/* Doubles::slice() of the controller, over the whole table. Between two steps others may run. */
inline remove_doubles() {
    at = 0;
    do
    :: at < PLACES - 1 ->
        twin = at + 1;
        do
        :: twin < PLACES ->
            value = table[at];
            other_value = table[twin];
            if
            :: value != 0 && CALL(value) == CALL(other_value) ->
                if
                :: IS_FURTHER(other_value, value) -> remove_spare(twin, other_value, at, value)
                :: else -> remove_spare(at, value, twin, other_value)
                fi
            :: else
            fi;
            twin++
        :: else -> break
        od;
        at++
    :: else -> break
    od;
    atomic {
        at = 0;
        twin = 0;
        value = 0;
        other_value = 0;
        touched = 0;
        won = false
    }
}

/* One pass while messages come, and one when all is quiet. */
#define LATER 6
proctype Doubles(byte others) {
    WORD_TYPE value, other_value, touched;
    byte at, twin;
    bool won;
    byte place_, number_;
#ifdef AT_ONCE
    remove_doubles();
#endif
    quiet >= others;
    tick = LATER;
#ifndef BREAK_DOUBLES
    remove_doubles();
#endif
    quiet++
}

#endif

/* An entry that is there when all begins. */
inline begin_with(where, call, server, confirmed) {
    table[where] = WORD(call, server, confirmed, 0);
    offered[call] = offered[call] | 1 << server;
    live[server]++
}

/* When all is quiet: the counts are the table's. */
inline check_counts() {
    place_ = 0;
    do
    :: place_ < ALL_PLACES ->
        if
        :: table[place_] != 0 -> live[SERVER(table[place_])]--
        :: else
        fi;
        place_++
    :: else -> break
    od;
    place_ = 0;
    do
    :: place_ < SERVERS ->
        assert(live[place_] == 0);
        place_++
    :: else -> break
    od;
    place_ = 0
}
