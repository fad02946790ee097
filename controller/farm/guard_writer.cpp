// SPDX-License-Identifier: Apache-2.0
#include "farm/guard_writer.hpp"

#include "kernel/dataplane/guard.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/limits.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sipsteer::farm {

namespace {

using plan::GuardPlace;

constexpr std::size_t kStepsBetweenLooks = 32; // at the clock

bool takes_none(std::uint8_t action) {
    return action == SS_GUARD_DENY || action == SS_GUARD_OBSERVE;
}

/// Rules and bans in one list, in the order of their places.
std::vector<std::pair<GuardPlace, std::uint8_t>> merged(const std::vector<plan::GuardRule> &rules,
                                                        const GuardWriter::Actions &bans) {
    std::vector<std::pair<GuardPlace, std::uint8_t>> all;
    all.reserve(rules.size() + bans.size());
    auto ban = bans.begin();
    for (const auto &rule : rules) {
        for (; ban != bans.end() && ban->first < rule.place; ++ban) {
            all.emplace_back(*ban);
        }
        if (ban == bans.end() || ban->first != rule.place) {
            all.emplace_back(rule.place, rule.action);
        }
    }
    all.insert(all.end(), ban, bans.end());
    return all;
}

/// Places by when they are settled.
struct GuardSteps {
    std::vector<GuardPlace> exceptions_in, denials_in, denials_out, exceptions_out;

    void add(const GuardPlace &place, std::uint8_t action) {
        (takes_none(action) ? denials_in : exceptions_in).push_back(place);
    }
    void remove(const GuardPlace &place, std::uint8_t action) {
        (takes_none(action) ? denials_out : exceptions_out).push_back(place);
    }
};

void add_places(std::vector<GuardPlace> &to, const std::vector<GuardPlace> &from) {
    to.insert(to.end(), from.begin(), from.end());
}

} // namespace

Status GuardWriter::take_over() {
    const auto found = dataplane::read_guard(maps_);
    if (!found) {
        return found.error();
    }
    for (const auto &[key, value] : *found) {
        note(plan::guard_place(key), static_cast<std::uint8_t>(value.action));
    }
    taken_over_ = true;
    return Done{};
}

Status GuardWriter::want(std::vector<plan::GuardRule> rules, Actions bans) {
    if (!taken_over_) {
        if (auto done = take_over(); !done) {
            return done;
        }
    }
    rules_ = std::move(rules);
    bans_ = std::move(bans);
    plan_steps();
    return Done{};
}

void GuardWriter::plan_steps() {
    GuardSteps steps;
    auto here = present_.begin();
    for (const auto &[place, action] : merged(rules_, bans_)) {
        for (; here != present_.end() && here->first < place; ++here) {
            steps.remove(here->first, here->second);
        }
        const bool there = here != present_.end() && here->first == place;
        if (!there || here->second != action) {
            steps.add(place, action);
        }
        here = there ? std::next(here) : here;
    }
    for (; here != present_.end(); ++here) {
        steps.remove(here->first, here->second);
    }
    steps_ = std::move(steps.exceptions_in);
    add_places(steps_, steps.denials_in);
    additions_ = steps_.size();
    add_places(steps_, steps.denials_out);
    add_places(steps_, steps.exceptions_out);
    done_ = 0;
    if (present_.size() + additions_ > SS_MAX_GUARD) { // room first
        const auto middle = steps_.begin() + static_cast<std::ptrdiff_t>(additions_);
        std::rotate(steps_.begin(), middle, steps_.end());
        additions_ = 0;
    }
}

Status GuardWriter::write(std::chrono::microseconds budget, bool additions_only) {
    const auto end = std::chrono::steady_clock::now() + budget;
    const std::size_t until = additions_only ? additions_ : steps_.size();
    while (done_ < until) {
        if (auto done = settle(steps_[done_]); !done) {
            return done;
        }
        done_++;
        if (done_ % kStepsBetweenLooks == 0 && std::chrono::steady_clock::now() >= end) {
            break;
        }
    }
    if (done_ == steps_.size()) {
        steps_ = {};
        done_ = additions_ = 0;
    }
    return Done{};
}

std::optional<std::uint8_t> GuardWriter::wanted(const GuardPlace &place) const {
    if (const auto ban = bans_.find(place); ban != bans_.end()) {
        return ban->second;
    }
    const auto *rule = plan::find_rule(rules_, place);
    return rule == nullptr ? std::nullopt : std::optional(rule->action);
}

Status GuardWriter::settle(const GuardPlace &place) {
    const auto want = wanted(place);
    const auto here = present_.find(place);
    const bool there = here != present_.end();
    if (there ? want == here->second : !want) {
        return Done{}; // a ban came in between
    }
    const auto key = plan::guard_key(place);
    if (!want) {
        auto done = dataplane::remove_key(maps_.guard(), key, "guard");
        if (done) {
            note(place, std::nullopt);
        }
        return done;
    }
    ss_guard value{};
    value.action = *want;
    value.packets = there ? dataplane::read_guard_packets(maps_, key) : 0;
    auto done = dataplane::write_value(maps_.guard(), key, value, "guard");
    if (done) {
        note(place, *want);
    }
    return done;
}

/// The trie has this at the place now.
void GuardWriter::note(const GuardPlace &place, std::optional<std::uint8_t> action) {
    if (const auto before = present_.find(place); before != present_.end()) {
        const auto count = counts_.find({place.scope, before->second});
        if (--count->second == 0) {
            counts_.erase(count);
        }
        present_.erase(before);
    }
    if (action) {
        present_[place] = *action;
        counts_[{place.scope, *action}]++;
    }
}

Status GuardWriter::ban(const GuardPlace &place, std::uint8_t action) {
    auto before = bans_.extract(place);
    bans_[place] = action;
    auto done = settle(place);
    if (!done) {
        bans_.erase(place);
        bans_.insert(std::move(before));
    }
    return done;
}

Status GuardWriter::lift(const GuardPlace &place) {
    const auto ban = bans_.find(place);
    if (ban == bans_.end()) {
        return Done{};
    }
    const auto action = ban->second;
    bans_.erase(ban);
    auto done = settle(place);
    if (!done) {
        bans_[place] = action;
    }
    return done;
}

bool GuardWriter::has_scope(std::uint32_t scope) const {
    const auto first = present_.lower_bound({scope, {Address(), 0}});
    return first != present_.end() && first->first.scope == scope;
}

} // namespace sipsteer::farm
