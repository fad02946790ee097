// SPDX-License-Identifier: Apache-2.0
//
// What calls change of the servers, as the controller sees it: the data plane's array map, mapped
// into memory. Other CPUs count in it at any time, so a count is only ever read whole, or added to
// atomically.
#pragma once

#include <sipsteer/server.h>

#include <atomic>
#include <cstdint>
#include <span>

namespace sipsteer::calls {

using Loads = std::span<ss_server_load>; // by server index

inline std::int64_t live_calls(ss_server_load &load) {
    return std::atomic_ref<__s64>(load.live).load(std::memory_order_relaxed);
}

inline void add_live_calls(ss_server_load &load, std::int64_t amount) {
    std::atomic_ref<__s64>(load.live).fetch_add(amount, std::memory_order_relaxed);
}

/// For an index that is given to another server. No call names it.
inline void clear_load(ss_server_load &load) {
    std::atomic_ref<__s64>(load.live).store(0, std::memory_order_relaxed);
    std::atomic_ref<__u64>(load.next_new_call).store(0, std::memory_order_relaxed);
}

} // namespace sipsteer::calls
