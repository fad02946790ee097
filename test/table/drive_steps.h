/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The data plane's choice of a server (bpf/choose/select.h, the same code), for many calls in one
 * run: what a flood of packets does to the call table, without the packets. Its maps are those of
 * the real program, which the test fills and reads.
 */
#ifndef SIPSTEER_TEST_DRIVE_STEPS_H
#define SIPSTEER_TEST_DRIVE_STEPS_H

#include "drive.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* A program that a system call runs may not ask the coarse clock; the fine one is the same, finer.
 */
#define bpf_ktime_get_coarse_ns bpf_ktime_get_ns
#include "../../bpf/choose/select.h"
#include "../../bpf/message/key.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Which server a CPU was told for a call: by its number times DRIVE_CPUS and the CPU. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, DRIVE_TOLD *DRIVE_CPUS);
    __uint(map_flags, BPF_F_MMAPABLE);
} drive_told SEC(".maps");

/* How far each CPU is, on a cache line of its own. */
struct drive_progress {
    __u64 step;
    __u64 unused[7];
} __attribute__((aligned(64)));

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct drive_progress);
    __uint(max_entries, DRIVE_CPUS);
    __uint(map_flags, BPF_F_MMAPABLE);
} drive_meeting SEC(".maps");

#define DRIVE_PATIENCE 20000 /* looks for the other CPU: it may have other work to do */

struct drive_wait {
    volatile __u64 *other;
    __u64 step;
};

static long drive_wait_step(__u32 index, void *context) {
    struct drive_wait *wait = context;
    (void)index;
    return *wait->other >= wait->step ? SS_STOP : SS_GO_ON;
}

/*
 * Both CPUs leave at once, give or take a cache miss; then one of them waits a little, a different
 * while each time, so that each pair of moments in the two has its turn.
 */
SS_INLINE void drive_meet(__u32 cpu, __u64 step) {
    __u32 mine = cpu & 1, others = ~cpu & 1;
    struct drive_progress *me = bpf_map_lookup_elem(&drive_meeting, &mine);
    struct drive_progress *other = bpf_map_lookup_elem(&drive_meeting, &others);
    if (!me || !other)
        return;
    struct drive_wait wait = {&other->step, step};
    *(volatile __u64 *)&me->step = step;
    bpf_loop(DRIVE_PATIENCE, drive_wait_step, &wait, 0);
    __u64 late = drive_hash(step);
    if ((late & 1) != mine)
        return;
    wait.step = ~0ULL; /* never: the loop is the delay */
    bpf_loop((__u32)(late >> 32) & 63, drive_wait_step, &wait, 0);
}

static long drive_step(__u32 index, void *context) {
    struct drive *run = context;
    __u64 number = run->first + index;
    struct ss_key key = {0};
    struct ss_outcome outcome = {.server = SS_NO_SERVER};
    key.hash = key.ring = drive_hash(number);
    key.event = (__u8)run->event;
    key.mode = SS_POOL_STATEFUL;
    if (run->meet)
        drive_meet(run->cpu, number + 1);
    ss_select(0, &key, &outcome);
    run->fresh += outcome.reason == SS_REASON_CALL_NEW;
    run->hits += outcome.reason == SS_REASON_CALL_HIT;
    run->no_room += outcome.reason == SS_REASON_CALL_NO_ROOM;
    run->others += outcome.reason != SS_REASON_CALL_NEW && outcome.reason != SS_REASON_CALL_HIT &&
                   outcome.reason != SS_REASON_CALL_NO_ROOM;
    if (run->tell) {
        __u32 at = (__u32)number * DRIVE_CPUS + (run->cpu & 1);
        __u64 *told = bpf_map_lookup_elem(&drive_told, &at);
        if (told)
            *told = outcome.server;
    }
    return SS_GO_ON;
}

SEC("syscall")
int drive(struct drive *arguments) {
    struct drive run = {.first = arguments->first,
                        .count = arguments->count,
                        .event = arguments->event,
                        .meet = arguments->meet,
                        .cpu = arguments->cpu,
                        .tell = arguments->tell};
    bpf_loop(run.count, drive_step, &run, 0);
    *arguments = run;
    return 0;
}

#endif /* SIPSTEER_TEST_DRIVE_STEPS_H */
