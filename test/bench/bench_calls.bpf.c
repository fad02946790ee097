/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The data plane's call table (bpf/calls/call_table.h, the same code) beside the kernel's hash
 * maps, with the same keys in the same order. One operation a step of bpf_loop, on a random call,
 * so that caches and predictors learn nothing that traffic would not teach them. Clock readings are
 * taken around the whole loop. What the loop and the making of keys cost is measured alone, too.
 *
 * Which call is looked up next depends on what the last one held, so that a look-up waits for the
 * one before. Between two packets there is more work than a CPU looks ahead; without this, a loop
 * of nothing but look-ups has several of them wait for memory at once, which no packet sees. That,
 * too, is measured (BENCH_CALL_OVERLAP).
 *
 * The kernel's maps have the key and the value the table replaces: 64 bits of hash to 64 bits of
 * entry.
 */
#include "bench_calls.h"
#include "bench_random.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../../bpf/calls/call_table.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, __u64);
    __type(value, __u64);
    __uint(max_entries, 1);
} bench_hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, __u64);
    __type(value, __u64);
    __uint(max_entries, 1);
} bench_lru SEC(".maps");

#define BENCH_SERVER 7 /* of all calls */

SS_INLINE __u64 bench_value(__u32 tag, __u32 now) {
    return ss_call_make(tag, SS_CALL_CONFIRMED, BENCH_SERVER, now);
}

/* Key of a call that exists, at random. */
SS_INLINE __u64 bench_live_key(struct bench_calls *run) {
    return bench_scatter(bench_below(bench_random(&run->random), run->live));
}

SS_INLINE __u64 bench_next_key(struct bench_calls *run) {
    return bench_scatter(run->next++);
}

static long bench_loop_step(__u32 index, void *context) {
    struct bench_calls *run = context;
    (void)index;
    run->sum += bench_live_key(run);
    run->done++;
    return 0;
}

static long bench_loop_next_step(__u32 index, void *context) {
    struct bench_calls *run = context;
    (void)index;
    run->sum += bench_next_key(run);
    run->done++;
    return 0;
}

/* Adds 0, which the CPU does not know before it has read the entry: the next key waits for it. */
SS_INLINE void bench_wait_for(struct bench_calls *run, __u64 entry) {
    run->random += ss_call_server(entry) - BENCH_SERVER;
}

static long bench_table_find(__u32 index, void *context) {
    struct bench_calls *run = context;
    struct ss_place place;
    (void)index;
    if (ss_call_find(ss_call_position(bench_live_key(run), 0), &place) || !place.entry)
        return 0;
    bench_wait_for(run, place.value);
    run->done++;
    return 0;
}

static long bench_table_overlap(__u32 index, void *context) {
    struct bench_calls *run = context;
    struct ss_place place;
    (void)index;
    if (ss_call_find(ss_call_position(bench_live_key(run), 0), &place) || !place.entry)
        return 0;
    run->sum += ss_call_server(place.value);
    run->done++;
    return 0;
}

static long bench_table_refresh(__u32 index, void *context) {
    struct bench_calls *run = context;
    struct ss_place place;
    if (ss_call_find(ss_call_position(bench_live_key(run), 0), &place) || !place.entry)
        return 0;
    bench_wait_for(run, place.value);
    run->done +=
        ss_call_swap(place.entry, place.value, bench_value(place.tag, run->now + (index & 7)));
    return 0;
}

static long bench_table_insert(__u32 index, void *context) {
    struct bench_calls *run = context;
    struct ss_place place;
    (void)index;
    if (ss_call_find(ss_call_position(bench_next_key(run), 0), &place) || place.entry)
        return 0;
    if (ss_call_insert(&place, run->now, bench_value(place.tag, run->now))) {
        ss_birth_note(&place, run->now, 1, 1);
        run->done++;
    }
    return 0;
}

static long bench_table_remove(__u32 index, void *context) {
    struct bench_calls *run = context;
    struct ss_place place;
    (void)index;
    if (ss_call_find(ss_call_position(bench_next_key(run), 0), &place) || !place.entry)
        return 0;
    run->done += ss_call_swap(place.entry, place.value, 0);
    return 0;
}

/* The steps of the kernel's maps, alike but for the map. */
#define BENCH_MAP_STEPS(map)                                                                       \
    static long map##_find(__u32 index, void *context) {                                           \
        struct bench_calls *run = context;                                                         \
        __u64 key = bench_live_key(run);                                                           \
        __u64 *value = bpf_map_lookup_elem(&map, &key);                                            \
        (void)index;                                                                               \
        if (!value)                                                                                \
            return 0;                                                                              \
        bench_wait_for(run, *value);                                                               \
        run->done++;                                                                               \
        return 0;                                                                                  \
    }                                                                                              \
    static long map##_overlap(__u32 index, void *context) {                                        \
        struct bench_calls *run = context;                                                         \
        __u64 key = bench_live_key(run);                                                           \
        __u64 *value = bpf_map_lookup_elem(&map, &key);                                            \
        (void)index;                                                                               \
        if (!value)                                                                                \
            return 0;                                                                              \
        run->sum += ss_call_server(*value);                                                        \
        run->done++;                                                                               \
        return 0;                                                                                  \
    }                                                                                              \
    static long map##_refresh(__u32 index, void *context) {                                        \
        struct bench_calls *run = context;                                                         \
        __u64 key = bench_live_key(run);                                                           \
        __u64 *value = bpf_map_lookup_elem(&map, &key);                                            \
        if (!value)                                                                                \
            return 0;                                                                              \
        __u64 seen = *value;                                                                       \
        bench_wait_for(run, seen);                                                                 \
        run->done +=                                                                               \
            ss_call_swap(value, seen, bench_value(ss_call_tag(seen), run->now + (index & 7)));     \
        return 0;                                                                                  \
    }                                                                                              \
    static long map##_insert(__u32 index, void *context) {                                         \
        struct bench_calls *run = context;                                                         \
        __u64 key = bench_next_key(run);                                                           \
        __u64 value = bench_value((__u32)(key >> 32), run->now);                                   \
        (void)index;                                                                               \
        if (!bpf_map_lookup_elem(&map, &key))                                                      \
            run->done += !bpf_map_update_elem(&map, &key, &value, BPF_ANY);                        \
        return 0;                                                                                  \
    }                                                                                              \
    static long map##_remove(__u32 index, void *context) {                                         \
        struct bench_calls *run = context;                                                         \
        __u64 key = bench_next_key(run);                                                           \
        (void)index;                                                                               \
        run->done += !bpf_map_delete_elem(&map, &key);                                             \
        return 0;                                                                                  \
    }                                                                                              \
    SS_INLINE void map##_run(__u32 work, struct bench_calls *run) {                                \
        if (work == BENCH_CALL_FIND)                                                               \
            bpf_loop(run->count, map##_find, run, 0);                                              \
        else if (work == BENCH_CALL_OVERLAP)                                                       \
            bpf_loop(run->count, map##_overlap, run, 0);                                           \
        else if (work == BENCH_CALL_REFRESH)                                                       \
            bpf_loop(run->count, map##_refresh, run, 0);                                           \
        else if (work == BENCH_CALL_INSERT)                                                        \
            bpf_loop(run->count, map##_insert, run, 0);                                            \
        else                                                                                       \
            bpf_loop(run->count, map##_remove, run, 0);                                            \
    }

BENCH_MAP_STEPS(bench_hash)
BENCH_MAP_STEPS(bench_lru)

SS_INLINE void bench_table_run(__u32 work, struct bench_calls *run) {
    if (work == BENCH_CALL_FIND)
        bpf_loop(run->count, bench_table_find, run, 0);
    else if (work == BENCH_CALL_OVERLAP)
        bpf_loop(run->count, bench_table_overlap, run, 0);
    else if (work == BENCH_CALL_REFRESH)
        bpf_loop(run->count, bench_table_refresh, run, 0);
    else if (work == BENCH_CALL_INSERT)
        bpf_loop(run->count, bench_table_insert, run, 0);
    else
        bpf_loop(run->count, bench_table_remove, run, 0);
}

SEC("syscall")
int bench_calls(struct bench_calls *arguments) {
    struct bench_calls run = *arguments;
    __u64 start = bpf_ktime_get_ns();
    if (run.work == BENCH_CALL_LOOP)
        bpf_loop(run.count, bench_loop_step, &run, 0);
    else if (run.work == BENCH_CALL_LOOP_NEXT)
        bpf_loop(run.count, bench_loop_next_step, &run, 0);
    else if (run.map == BENCH_MAP_TABLE)
        bench_table_run(run.work, &run);
    else if (run.map == BENCH_MAP_HASH)
        bench_hash_run(run.work, &run);
    else
        bench_lru_run(run.work, &run);
    arguments->ns = bpf_ktime_get_ns() - start;
    arguments->done = run.done;
    arguments->sum = run.sum;
    return 0;
}
