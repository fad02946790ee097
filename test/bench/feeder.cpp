// SPDX-License-Identifier: Apache-2.0
#include "feeder.hpp"

#include "bpf_run.hpp"

#include <bench_feed.skel.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <stdexcept>
#include <string>

namespace sipsteer::bench {

Feeder::Feeder(int program) : skeleton_(bench_feed_bpf__open_and_load(), &bench_feed_bpf__destroy) {
    if (!skeleton_) {
        throw std::runtime_error("cannot load the feeder");
    }
    skeleton_->bss->feed_state.random = 0x2545f4914f6cdd1d;
    const int targets = bpf_map__fd(skeleton_->maps.bench_targets);
    const int nobody = bpf_program__fd(skeleton_->progs.bench_return);
    const __u32 loop_index = BENCH_LOOP;
    const __u32 program_index = BENCH_PROGRAM;
    must(bpf_map_update_elem(targets, &loop_index, &nobody, BPF_ANY), "feeder's target");
    must(bpf_map_update_elem(targets, &program_index, &program, BPF_ANY),
         "the program cannot be tail-called");
}

Feeder::~Feeder() = default;

void Feeder::set_messages(const std::vector<bench_message> &messages) {
    for (__u32 i = 0; i < BENCH_MESSAGES; ++i) {
        must(bpf_map_update_elem(bpf_map__fd(skeleton_->maps.bench_messages), &i, &messages.at(i),
                                 BPF_ANY),
             "feeder's messages");
    }
}

double Feeder::run(bench_target target, const Calls &calls, std::uint32_t packets,
                   std::uint32_t action) {
    auto &state = skeleton_->bss->feed_state;
    state.next_call = calls.first;
    state.live = calls.live;
    state.new_calls = calls.fresh ? 1 : 0;
    state.target = target;
    const XdpRun run = run_xdp(bpf_program__fd(skeleton_->progs.bench_feed), BENCH_FRAME, packets);
    if (run.action != action) {
        throw std::runtime_error("XDP action " + std::to_string(run.action) + ", expected " +
                                 std::to_string(action));
    }
    return run.ns;
}

double Feeder::feed(const Calls &calls, std::uint32_t packets, std::uint32_t action) {
    return run(BENCH_PROGRAM, calls, packets, action);
}

double Feeder::feed_nobody(const Calls &calls, std::uint32_t packets) {
    return run(BENCH_LOOP, calls, packets, XDP_TX);
}

} // namespace sipsteer::bench
