// SPDX-License-Identifier: Apache-2.0
//
// The call table as the controller sees it: the data plane's array map, mapped into memory. Other
// CPUs change it at any time, so an entry is only ever read whole, once, and changed by
// compare-and-swap.
#pragma once

#include <sipsteer/call.h>

#include <atomic>
#include <span>

namespace sipsteer::calls {

using Table = std::span<ss_bucket>;

inline __u64 load_entry(__u64 &entry) {
    return std::atomic_ref<__u64>(entry).load(std::memory_order_relaxed);
}

/// Empties the entry if it still is `seen`. If not, it stays, and `seen` is what it is now.
inline bool remove_entry(__u64 &entry, __u64 &seen) {
    return std::atomic_ref<__u64>(entry).compare_exchange_strong(seen, 0,
                                                                 std::memory_order_relaxed);
}

} // namespace sipsteer::calls
