// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_source.hpp"
#include "daemon/configured.hpp"
#include "farm/plan/ring_moves.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// A valid configuration that a request asks for, and how it differs from the one in force.
struct Proposal {
    std::shared_ptr<const Configured> next;
    nlohmann::json changes;
    std::vector<std::string> fixed; // fields that only a restart changes
    nlohmann::json warnings;
};

/// Or why there is none: 422 the fields at fault, or what `propose` answers.
using Verdict = std::variant<Proposal, http::Problem, http::Response>;

/// Asks for the configuration that is wanted and judges it. Pure, and of a large farm long.
Verdict judged(const api::Propose &propose, const Configured &in_force);

/// What the change would do, as the API tells it.
nlohmann::json report_of(const Proposal &proposal, const std::vector<plan::RingMove> &moves);

} // namespace sipsteer::daemon
