// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "farm/plan/drains.hpp"
#include "farm/plan/plan.hpp"

#include <map>
#include <string>

namespace sipsteer::farm {

/// Writes a log line for each change of a pool between up and down. A pool that is seen for the
/// first time and is down has not changed: its servers are not probed yet.
class PoolLog {
public:
    void note(const plan::Plan &plan, const config::Config &config);

private:
    std::map<std::string, bool> up_;
};

/// `drain`: the one that the note is about. `calls_left`: as the sweep counted last.
void log_drain(const plan::DrainNote &note, const plan::Drain &drain, std::uint64_t calls_left,
               plan::Drain::Time now);

} // namespace sipsteer::farm
