// SPDX-License-Identifier: Apache-2.0
//
// Who sends too much that is no message: the data plane counts (sipsteer/guard.h), this compares
// the counts of a minute with the limits of the services. Pure.
#pragma once

#include "base/prefix.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace sipsteer::plan {

/// Datagrams of a source to a service, by its index, that were no message.
struct MalformedCount {
    std::uint16_t service = 0;
    Prefix source; // an address, of IPv6 a /64
    std::uint64_t packets = 0;

    bool operator==(const MalformedCount &) const = default;
};

class MalformedWatch {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Limits = std::map<std::uint16_t, std::uint32_t>; // datagrams a minute, by service

    /// Takes all that the data plane has counted. Gives up to `most` sources that were beyond the
    /// limit of their service within a minute, with their packets of that time; others wait for
    /// the next call. What is there when a service gets its limit was counted before, and is let
    /// be.
    std::vector<MalformedCount> note(const std::vector<MalformedCount> &counts,
                                     const Limits &limits, Time now, std::size_t most);

private:
    struct Window {
        Time begun{};
        std::uint64_t before = 0; // packets up to its beginning
    };

    std::map<std::pair<std::uint16_t, Prefix>, Window> windows_;
    std::set<std::uint16_t> watched_; // services that had a limit at the last call
};

} // namespace sipsteer::plan
