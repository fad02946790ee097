// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/call_view.hpp"
#include "calls/table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace sipsteer::calls {

using CallFilter = std::function<bool(const CallView &)>;

/// How much is looked at for one page: a few milliseconds' worth, whatever the table's size.
struct PageSize {
    std::size_t calls = 100;
    std::size_t buckets = 262'144; // empty ones take 4 ns each
    std::size_t entries = 262'144; // of calls, listed or not: 5 ns each
};

/// Some live calls, in the order of the table.
struct CallPage {
    std::vector<CallView> calls;
    std::optional<std::uint64_t> next; // place to go on from; absent: this was the table's end
};

/// Live calls that `filter` takes (empty: all), from place `from` on: bucket * SS_BUCKET_ENTRIES +
/// slot, the tables' places counted on from each to the next. A page may hold fewer calls than it
/// could, even none, and still not be the last.
///
/// A call keeps its place, so one that lasts through a whole listing is listed once. But where the
/// table is nearly full, the data plane moves a call to its other bucket to make room for another
/// one (bpf/call_table.h): that one may be listed twice, or not at all.
CallPage list_calls(std::span<const Segment> tables, std::uint64_t from, const PageSize &size,
                    std::uint32_t now, const Lifetimes &lifetimes, const CallFilter &filter = {});

} // namespace sipsteer::calls
