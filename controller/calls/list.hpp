// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/call_view.hpp"
#include "calls/table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace sipsteer::calls {

using CallFilter = std::function<bool(const CallView &)>;

/// Some live calls, in the order of the table.
struct CallPage {
    std::vector<CallView> calls;
    std::optional<std::uint64_t> next; // where to go on; absent: no more calls that match
};

/// Up to `limit` live calls that `filter` takes (empty: all), from place `from` on: bucket *
/// SS_BUCKET_ENTRIES + slot. A call that lasts through a whole listing is listed once, whatever
/// changes around it.
CallPage list_calls(Table table, std::uint64_t from, std::size_t limit, std::uint32_t now,
                    const Lifetimes &lifetimes, const CallFilter &filter = {});

} // namespace sipsteer::calls
