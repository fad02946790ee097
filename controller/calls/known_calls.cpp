// SPDX-License-Identifier: Apache-2.0
#include "calls/known_calls.hpp"

#include <algorithm>
#include <utility>

namespace sipsteer::calls {

void add_to(Audience &audience, const Audience &others) {
    for (const std::uint32_t one : others) {
        if (std::find(audience.begin(), audience.end(), one) == audience.end()) {
            audience.push_back(one);
        }
    }
}

KnownCalls::ByTag::const_iterator KnownCalls::find_in_tags(std::uint64_t position) const {
    const auto [first, last] = by_tag_.equal_range(ss_call_position_tag(position));
    const auto found = std::find_if(
        first, last, [&](const auto &item) { return item.second->position == position; });
    return found == last ? by_tag_.end() : found;
}

KnownCalls::ByTag::const_iterator KnownCalls::find_in_tags(const calls::Placed &entry) const {
    const auto [first, last] = by_tag_.equal_range(ss_call_tag(entry.entry));
    const auto fits = [&](const auto &item) { return entry.can_be(item.second->position); };
    const auto found = std::find_if(first, last, fits);
    const bool only = found != last && std::find_if(std::next(found), last, fits) == last;
    return only ? found : by_tag_.end();
}

void KnownCalls::remember(KnownCall call) {
    if (const auto known = find_in_tags(call.position); known != by_tag_.end()) {
        add_to(known->second->audience, call.audience);
        return;
    }
    if (calls_.size() == most_) {
        by_tag_.erase(find_in_tags(calls_.front().position));
        calls_.pop_front();
        ++forgotten_;
    }
    const std::uint32_t tag = ss_call_position_tag(call.position);
    by_tag_.emplace(tag, calls_.insert(calls_.end(), std::move(call)));
}

std::string KnownCalls::call_id_at(std::uint64_t position) const {
    const auto found = find_in_tags(position);
    return found == by_tag_.end() ? std::string() : found->second->call_id;
}

const KnownCall *KnownCalls::find(const calls::Placed &entry) const {
    const auto found = find_in_tags(entry);
    return found == by_tag_.end() ? nullptr : &*found->second;
}

std::optional<KnownCall> KnownCalls::take(const calls::Placed &entry) {
    const auto found = find_in_tags(entry);
    if (found == by_tag_.end()) {
        return std::nullopt;
    }
    KnownCall call = std::move(*found->second);
    calls_.erase(found->second);
    by_tag_.erase(found);
    return call;
}

void KnownCalls::clear() {
    by_tag_.clear();
    calls_.clear();
}

} // namespace sipsteer::calls
