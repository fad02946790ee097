// SPDX-License-Identifier: Apache-2.0
//
// Whether packets are steered as configured, asked by GET /readyz.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace sipsteer::status {

struct ReadinessInput {
    bool live = false;         // neither starting nor stopping
    bool maps_written = false; // they hold the plan that is to be in force

    /// What the host's interfaces lack, by the kernel's word: upkeep::Keeper::missing().
    std::function<std::vector<std::string>()> missing_on_host;
};

/// What is missing, in words; nothing: it is ready.
std::vector<std::string> missing_for_readiness(const ReadinessInput &input);

} // namespace sipsteer::status
