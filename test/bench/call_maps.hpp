// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_calls.h"

#include <sipsteer/call.h>

#include <cstdint>
#include <memory>
#include <span>

struct bench_calls_bpf;

namespace sipsteer::bench {

struct MapSizes {
    std::uint32_t buckets; // of the call table
    std::uint32_t entries; // of HASH and of LRU_HASH
};

struct CallRun {
    double ns = 0;          // in all
    std::uint64_t done = 0; // operations that succeeded
};

/// The call table, a HASH and an LRU_HASH, and the program that works on them (bench_calls.bpf.c).
class CallMaps {
public:
    explicit CallMaps(const MapSizes &sizes);
    ~CallMaps();
    CallMaps(const CallMaps &) = delete;
    CallMaps &operator=(const CallMaps &) = delete;

    /// FIND and REFRESH: `count` times, on calls 0 to `live` - 1 at random.
    CallRun run_live(bench_call_work work, bench_call_map map, std::uint64_t count,
                     std::uint64_t live);

    /// INSERT and REMOVE: on the calls from number `first` on.
    CallRun run_next(bench_call_work work, bench_call_map map, std::uint64_t count,
                     std::uint64_t first);

    /// The tick that entries are written with.
    std::uint32_t now() const { return now_; }

    std::span<ss_bucket> table() const { return table_; }
    std::span<ss_births> births() const { return births_; }

    /// Memory that the kernel has taken for a map.
    double bytes(bench_call_map map) const;

private:
    CallRun run(bench_calls arguments, std::uint64_t count);

    std::unique_ptr<bench_calls_bpf, void (*)(bench_calls_bpf *)> skeleton_;
    std::span<ss_bucket> table_;
    std::span<ss_births> births_;
    std::uint64_t random_ = 0x2545f4914f6cdd1d;
    std::uint32_t now_;
};

} // namespace sipsteer::bench
