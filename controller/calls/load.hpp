// SPDX-License-Identifier: Apache-2.0
//
// What calls change of the servers, as the controller sees it: the data plane's array map, mapped
// into memory. Other CPUs count in it at any time, so a count is only ever read whole, or added to
// atomically.
#pragma once

#include <sipsteer/call.h>
#include <sipsteer/server.h>

#include <atomic>
#include <cstdint>
#include <span>

namespace sipsteer::calls {

using Loads = std::span<ss_server_load>; // by server index

inline std::int64_t live_calls(ss_server_load &load) {
    return std::atomic_ref<__s64>(load.live).load(std::memory_order_relaxed);
}

/// When the next new call may come, in ns of CLOCK_MONOTONIC (bpf/net/rate.h).
inline std::uint64_t next_new_call(ss_server_load &load) {
    return std::atomic_ref<__u64>(load.next_new_call).load(std::memory_order_relaxed);
}

inline std::uint64_t live_call_changes(ss_server_load &load) {
    return std::atomic_ref<__u64>(load.changes).load(std::memory_order_relaxed);
}

inline void add_live_calls(ss_server_load &load, std::int64_t amount) {
    std::atomic_ref<__s64>(load.live).fetch_add(amount, std::memory_order_relaxed);
    std::atomic_ref<__u64>(load.changes).fetch_add(1, std::memory_order_relaxed);
}

/// An entry was swapped for another one (0: none): whoever does that counts it, as the data plane
/// does, so that each change is counted once.
inline void count_swap(Loads loads, __u64 before, __u64 after) {
    const auto count = [&](__u64 entry, std::int64_t amount) {
        const std::uint32_t server = ss_call_server(entry);
        if (ss_call_is_live(ss_call_state(entry)) && server < loads.size()) {
            add_live_calls(loads[server], amount);
        }
    };
    count(before, -1);
    count(after, 1);
}

/// For an index that is given to another server. No call names it.
inline void clear_load(ss_server_load &load) {
    std::atomic_ref<__s64>(load.live).store(0, std::memory_order_relaxed);
    std::atomic_ref<__u64>(load.next_new_call).store(0, std::memory_order_relaxed);
}

} // namespace sipsteer::calls
