// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/bans.hpp"

#include <utility>

namespace sipsteer::plan {

const Ban &Bans::put(Ban ban) {
    const Key key = key_of(ban);
    if (const auto before = lift(key)) {
        ban.since = before->since;
        if (ban.comment.empty()) {
            ban.comment = before->comment;
        }
    }
    if (ban.until) {
        ends_.emplace(*ban.until, key);
    }
    return bans_.insert_or_assign(key, std::move(ban)).first->second;
}

std::optional<Ban> Bans::lift(const Key &key) {
    const auto found = bans_.find(key);
    if (found == bans_.end()) {
        return std::nullopt;
    }
    Ban ban = std::move(found->second);
    bans_.erase(found);
    if (ban.until) {
        ends_.erase({*ban.until, key});
    }
    return ban;
}

std::vector<Ban> Bans::expire(Time now, std::size_t most) {
    std::vector<Ban> over;
    while (over.size() < most && !ends_.empty() && ends_.begin()->first <= now) {
        const Key key = ends_.begin()->second;
        over.push_back(*lift(key));
    }
    return over;
}

std::optional<Bans::Time> Bans::next() const {
    return ends_.empty() ? std::nullopt : std::optional(ends_.begin()->first);
}

const Ban *Bans::find(const Key &key) const {
    const auto found = bans_.find(key);
    return found == bans_.end() ? nullptr : &found->second;
}

} // namespace sipsteer::plan
