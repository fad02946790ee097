// SPDX-License-Identifier: Apache-2.0
//
// Whether packets are steered as configured, asked by GET /readyz.
#pragma once

#include "config/model.hpp"
#include "kernel/dataplane/attachment.hpp"

#include <functional>
#include <string>
#include <vector>

namespace sipsteer::status {

struct ReadinessInput {
    bool live = false;         // neither starting nor stopping
    bool maps_written = false; // they hold the plan that is to be in force
    const std::vector<config::Interface> &interfaces;
    const std::vector<dataplane::Attachment> &attachments;

    /// Asks the kernel: dataplane::check_attached().
    std::function<Status(const dataplane::Attachment &)> check_attached;
};

/// What is missing, in words; nothing: it is ready.
std::vector<std::string> missing_for_readiness(const ReadinessInput &input);

} // namespace sipsteer::status
