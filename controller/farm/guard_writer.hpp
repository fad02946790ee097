// SPDX-License-Identifier: Apache-2.0
//
// Writes the guard's trie, the difference only and a slice at a time: a list of 100,000 prefixes
// takes the kernel a good part of a second.
#pragma once

#include "farm/plan/guard.hpp"
#include "kernel/dataplane/maps.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace sipsteer::farm {

class GuardWriter {
public:
    using Actions = std::map<plan::GuardPlace, std::uint8_t>; // enum ss_guard_action

    explicit GuardWriter(const dataplane::Maps &maps) : maps_(maps) {}

    /// The trie should hold these; `bans` win over rules of the same place. Nothing is written yet,
    /// but the first call reads what an earlier run left in the trie: that is taken over or due to
    /// be removed. Entries that stay keep their counters.
    Status want(std::vector<plan::GuardRule> rules, Actions bans);

    /// Writes what is due for `budget` at most. Exceptions come before what they are exceptions
    /// from, and go after it. `additions_only`: removes nothing yet.
    Status write(std::chrono::microseconds budget, bool additions_only = false);

    /// Entries that are yet to be written or removed.
    std::size_t due() const { return steps_.size() - done_; }

    /// A ban, or the end of one: in force when the call returns.
    Status ban(const plan::GuardPlace &place, std::uint8_t action);
    Status lift(const plan::GuardPlace &place);

    /// Whether the trie holds anything of a scope.
    bool has_scope(std::uint32_t scope) const;

    /// Of the configuration, without bans.
    const std::vector<plan::GuardRule> &rules() const { return rules_; }
    const Actions &bans() const { return bans_; }

    /// What the trie holds.
    const Actions &present() const { return present_; }

    /// Its entries by scope and action.
    using Counts = std::map<std::pair<std::uint32_t, std::uint8_t>, std::size_t>;
    const Counts &counts() const { return counts_; }

private:
    Status take_over();
    void plan_steps();
    std::optional<std::uint8_t> wanted(const plan::GuardPlace &place) const;
    Status settle(const plan::GuardPlace &place);
    void note(const plan::GuardPlace &place, std::optional<std::uint8_t> action);

    const dataplane::Maps &maps_;
    std::vector<plan::GuardRule> rules_;
    Actions bans_;
    Actions present_;
    Counts counts_; // of present_
    bool taken_over_ = false;
    std::vector<plan::GuardPlace> steps_; // places to settle, in this order
    std::size_t done_ = 0;                // of them
    std::size_t additions_ = 0;           // of them: the first ones
};

} // namespace sipsteer::farm
