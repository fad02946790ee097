// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/plan.hpp"
#include "kernel/dataplane/maps.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace sipsteer::farm {

/// Says in the log when the call table is too full: confirmed calls had to make room for others, or
/// new calls found none.
class CallAlarm {
public:
    /// After each pass of the sweep. What was counted before the first one is no news.
    void note_pass(const dataplane::Maps &maps, const plan::Plan &plan);

private:
    struct Seen {
        std::uint64_t displaced = 0; // confirmed calls
        std::uint64_t no_room = 0;
    };
    std::map<std::string, Seen> seen_; // by pool
};

} // namespace sipsteer::farm
