// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/placed.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sipsteer::calls {

using Audience = std::vector<std::uint32_t>; // ids of those who want an event (base/event.hpp)

/// Adds those who are not in it yet.
void add_to(Audience &audience, const Audience &others);

/// What is known of a call besides its entry in the table.
struct KnownCall {
    std::uint64_t position = 0; // ss_call_position()
    std::string call_id;
    Audience audience; // who have seen something of it
};

/// The Call-IDs of calls that have shown a message, for when something happens to their entries.
class KnownCalls {
public:
    /// The one that came first is forgotten for more than `most`.
    explicit KnownCalls(std::size_t most) : most_(most) {}

    /// A call that is known already gets this one's audience, too.
    void remember(KnownCall call);

    /// The Call-ID at a position in the table; empty if nothing is known of it.
    std::string call_id_at(std::uint64_t position) const;

    /// The call of an entry. Null if there is none, or if it could be one of several. Valid until
    /// the next change.
    const KnownCall *find(const calls::Placed &entry) const;

    /// The same of an entry that is gone: the call is not known any more.
    std::optional<KnownCall> take(const calls::Placed &entry);

    void clear();

    /// Calls that there was no room for, ever.
    std::uint64_t forgotten() const { return forgotten_; }

private:
    using Calls = std::list<KnownCall>; // in the order they came
    using ByTag = std::unordered_multimap<std::uint32_t, Calls::iterator>;

    ByTag::const_iterator find_in_tags(const calls::Placed &entry) const;
    ByTag::const_iterator find_in_tags(std::uint64_t position) const;

    std::size_t most_;
    Calls calls_;
    ByTag by_tag_; // of their entries (sipsteer/call.h)
    std::uint64_t forgotten_ = 0;
};

} // namespace sipsteer::calls
