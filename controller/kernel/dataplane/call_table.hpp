// SPDX-License-Identifier: Apache-2.0
//
// A call table and what is beside it: two maps in step, mapped into memory and pinned together.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <sipsteer/call.h>

#include <cstdint>
#include <span>
#include <string>

namespace sipsteer::dataplane {

/// The names that a table's two maps are pinned under.
struct TablePins {
    const char *calls;
    const char *births;
};

inline constexpr TablePins kTablePins{"calls", "births"};
inline constexpr TablePins kBeforePins{"calls_before", "births_before"};

/// The buckets a table for that many calls has: an eighth of its entries spare.
std::uint32_t bucket_count(std::uint32_t call_capacity);

/// Bytes that a table for that many calls takes of the kernel's memory, at once: 16.0 a call.
std::uint64_t table_bytes(std::uint32_t call_capacity);

/// Whether a table for that many calls is pinned below `directory`; of any size, if it may not be
/// opened.
bool is_table_pinned(const std::string &directory, std::uint32_t call_capacity);

class CallTable {
public:
    /// Whether the machine has the memory to give. An array map is taken whole when it is made:
    /// better refused than left to the out-of-memory killer.
    static Status check_memory(std::uint32_t buckets);

    /// An empty table, pinned nowhere; see check_memory().
    static Result<CallTable> make(std::uint32_t buckets);

    /// The one pinned below `directory`. Births that are not there or of another size are
    /// made anew: they are for people only.
    static Result<CallTable> open(const std::string &directory, const TablePins &pins);

    CallTable(CallTable &&other) noexcept;
    CallTable &operator=(CallTable &&other) noexcept;
    ~CallTable();

    /// Pins both maps; on failure neither is.
    Status pin(const std::string &directory, const TablePins &pins) const;

    /// Pins again what is no longer pinned; how many maps.
    Result<unsigned> mend_pins(const std::string &directory, const TablePins &pins) const;

    /// Other CPUs change them all the time: see calls/table.hpp.
    std::span<ss_bucket> calls() const { return calls_; }
    std::span<ss_births> births() const { return births_; }

    std::uint32_t buckets() const { return static_cast<std::uint32_t>(calls_.size()); }

    /// Entries that are taken now. Looks at all of them: 3 ns each.
    std::uint64_t count() const;

private:
    CallTable() = default;
    static Result<CallTable> map(Fd calls, Fd births, std::uint32_t buckets);

    Fd calls_map_;
    Fd births_map_;
    std::span<ss_bucket> calls_;
    std::span<ss_births> births_;
};

/// Buckets of the table pinned below `directory`, 0 if there is none.
std::uint32_t pinned_buckets(const std::string &directory, const TablePins &pins);

/// Gives a pinned table other names, in the place of what has them.
Status rename_pins(const std::string &directory, const TablePins &from, const TablePins &to);

/// No error if they are not there.
void unpin_table(const std::string &directory, const TablePins &pins);

} // namespace sipsteer::dataplane
