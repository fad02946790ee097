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
    std::optional<std::uint64_t> next; // where to go on; absent: this was the end
};

/// Live calls that `filter` takes (empty: all), from `from` on: 0, or `next` of the page before. A
/// page may hold fewer calls than it could, even none, and still not be the last. `tables`: one at
/// least, the present one first.
///
/// A call keeps its place, so one that lasts through a whole listing is listed once. But where the
/// table is nearly full, the data plane moves a call to its other bucket to make room for another
/// one (bpf/calls/call_table.h): that one may be listed twice, or not at all.
///
/// While a table is resized, calls go from the old one to the new one. The old one is listed first,
/// so a call that does may be listed twice, but is not left out. `next` says of which table it is,
/// by its size; if that has gone, its calls are in the one after it, which is listed whole:
///
///     63    55                   29                               0
///    +--------+--------------------+--------------------------------+
///    |   0    | buckets of a table | its bucket * entries of one +  |
///    |        |                    | slot                           |
///    +--------+--------------------+--------------------------------+
CallPage list_calls(std::span<const Segment> tables, std::uint64_t from, const PageSize &size,
                    std::uint32_t now, const Lifetimes &lifetimes, const CallFilter &filter = {});

} // namespace sipsteer::calls
