// SPDX-License-Identifier: Apache-2.0
#include "daemon/proposal.hpp"

#include "config/difference.hpp"
#include "config/fixed.hpp"
#include "config/pointer.hpp"
#include "config/warnings.hpp"
#include "kernel/dataplane/call_table.hpp"

#include <utility>

namespace sipsteer::daemon {

using http::Problem;
using nlohmann::json;

namespace {

Problem invalid(const std::vector<config::FieldError> &errors) {
    Problem problem{422, "the configuration has errors", {}, {}};
    for (const auto &error : errors) {
        problem.errors.push_back({config::json_pointer(error.path), error.message});
    }
    return problem;
}

json rings_json(const std::vector<plan::RingMove> &moves) {
    json rings = json::array();
    for (const auto &move : moves) {
        rings.push_back({{"pool", move.pool}, {"moved_share", move.moved}});
    }
    return rings;
}

json warnings_json(const config::Config &config) {
    json list = json::array();
    for (const auto &warning : config::warnings_about(config)) {
        list.push_back(warning.to_string());
    }
    return list;
}

} // namespace

Verdict judged(const api::Propose &propose, const Configured &in_force) {
    auto proposed = propose(in_force.document);
    if (auto *answer = std::get_if<http::Response>(&proposed)) {
        return std::move(*answer);
    }
    const auto parsed = config::parse(std::get<json>(proposed));
    if (!parsed) {
        return invalid(parsed.errors());
    }
    return Proposal{std::make_shared<const Configured>(*parsed),
                    config::difference(in_force.config, *parsed),
                    config::fixed_differences(in_force.config, *parsed), warnings_json(*parsed)};
}

json report_of(const Proposal &proposal, const std::vector<plan::RingMove> &moves) {
    return {{"changed", config::is_different(proposal.changes)},
            {"changes", proposal.changes},
            {"rings", rings_json(moves)},
            {"call_table_bytes", dataplane::table_bytes(proposal.next->config.call_capacity)},
            {"restart_needed", proposal.fixed},
            {"warnings", proposal.warnings}};
}

} // namespace sipsteer::daemon
