// SPDX-License-Identifier: Apache-2.0
//
// Addresses that were banned by hand or by a program: until a time of the wall clock, or until the
// ban is lifted. Pure.
#pragma once

#include "base/prefix.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::plan {

struct Ban {
    using Time = std::chrono::system_clock::time_point;

    Prefix prefix;
    std::string service; // empty: all
    Time since{};
    std::optional<Time> until; // absent: until it is lifted
    std::string by;            // the client of the API
    std::string comment;

    bool operator==(const Ban &) const = default;
};

class Bans {
public:
    using Time = Ban::Time;
    using Key = std::pair<std::string, Prefix>; // service, prefix

    static Key key_of(const Ban &ban) { return {ban.service, ban.prefix}; }

    /// Adds a ban, or renews the one of the same prefix and service: its `since` stays, and its
    /// comment if there is no new one. The ban as it is now.
    const Ban &put(Ban ban);

    /// The ban that is gone; nothing if there was none.
    std::optional<Ban> lift(const Key &key);

    /// Takes out up to `most` of those whose time is over, the first ones first.
    std::vector<Ban> expire(Time now, std::size_t most);

    /// When the next one ends; nothing if none does.
    std::optional<Time> next() const;

    const Ban *find(const Key &key) const;
    const std::map<Key, Ban> &all() const { return bans_; }

private:
    std::map<Key, Ban> bans_;
    std::set<std::pair<Time, Key>> ends_;
};

} // namespace sipsteer::plan
