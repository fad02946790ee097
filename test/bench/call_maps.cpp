// SPDX-License-Identifier: Apache-2.0
#include "call_maps.hpp"

#include "bpf_run.hpp"
#include "calls/clock.hpp"

#include <sipsteer/pool.h>
#include <sipsteer/settings.h>

#include <bench_calls.skel.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

/// Lifetimes that no call reaches: none is displaced because it is over.
void set_lifetimes(const bench_calls_bpf &skeleton) {
    const __u32 zero = 0;
    ss_pool pool{};
    pool.in_use = 1;
    std::fill(std::begin(pool.lifetime) + 1, std::end(pool.lifetime),
              __u16{SS_MAX_LIFETIME_TICKS - 1});
    must(bpf_map_update_elem(bpf_map__fd(skeleton.maps.pools), &zero, &pool, BPF_ANY), "pools");
}

template <typename Value>
std::span<Value> mapped(const bpf_map *map, std::size_t count) {
    return {static_cast<Value *>(map_memory(bpf_map__fd(map), count * sizeof(Value))), count};
}

} // namespace

CallMaps::CallMaps(const MapSizes &sizes)
    : skeleton_(bench_calls_bpf__open(), &bench_calls_bpf__destroy), now_(calls::now_tick()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open the call bench");
    }
    skeleton_->rodata->settings.buckets = sizes.buckets;
    must(bpf_map__set_max_entries(skeleton_->maps.calls, sizes.buckets), "calls");
    must(bpf_map__set_max_entries(skeleton_->maps.births, sizes.buckets), "births");
    must(bpf_map__set_max_entries(skeleton_->maps.bench_hash, sizes.entries), "hash");
    must(bpf_map__set_max_entries(skeleton_->maps.bench_lru, sizes.entries), "lru");
    must(bench_calls_bpf__load(skeleton_.get()), "loading the call bench");
    set_lifetimes(*skeleton_);
    table_ = mapped<ss_bucket>(skeleton_->maps.calls, sizes.buckets);
    births_ = mapped<ss_births>(skeleton_->maps.births, sizes.buckets);
}

CallMaps::~CallMaps() {
    unmap_memory(table_.data(), table_.size_bytes());
    unmap_memory(births_.data(), births_.size_bytes());
}

double CallMaps::bytes(bench_call_map map) const {
    const bpf_map *maps[BENCH_MAPS] = {skeleton_->maps.calls, skeleton_->maps.bench_hash,
                                       skeleton_->maps.bench_lru};
    // The times beside the table are part of it.
    const double beside =
        map == BENCH_MAP_TABLE ? map_bytes(bpf_map__fd(skeleton_->maps.births)) : 0;
    return map_bytes(bpf_map__fd(maps[map])) + beside;
}

CallRun CallMaps::run(bench_calls arguments, std::uint64_t count) {
    constexpr std::uint64_t kMost = 1 << 22; // bpf_loop takes 2^23
    CallRun total;
    while (count > 0) {
        arguments.count = static_cast<__u32>(std::min(count, kMost));
        arguments.random = random_;
        arguments.done = arguments.sum = 0;
        LIBBPF_OPTS(bpf_test_run_opts, options);
        options.ctx_in = &arguments;
        options.ctx_size_in = sizeof(arguments);
        const int program = bpf_program__fd(skeleton_->progs.bench_calls);
        must(bpf_prog_test_run_opts(program, &options), "running the call bench");
        total.ns += static_cast<double>(arguments.ns);
        total.done += arguments.done;
        random_ = random_ * 6364136223846793005 + 1442695040888963407;
        arguments.next += arguments.count;
        count -= arguments.count;
    }
    return total;
}

CallRun CallMaps::run_live(bench_call_work work, bench_call_map map, std::uint64_t count,
                           std::uint64_t live) {
    bench_calls arguments{};
    arguments.work = work;
    arguments.map = map;
    arguments.live = live;
    arguments.now = now_;
    return run(arguments, count);
}

CallRun CallMaps::run_next(bench_call_work work, bench_call_map map, std::uint64_t count,
                           std::uint64_t first) {
    bench_calls arguments{};
    arguments.work = work;
    arguments.map = map;
    arguments.next = first;
    arguments.now = now_;
    return run(arguments, count);
}

} // namespace sipsteer::bench
