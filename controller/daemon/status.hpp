// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "daemon/sweeping.hpp"
#include "dataplane/attachment.hpp"
#include "dataplane/maps.hpp"
#include "fragments/holder.hpp"
#include "health/prober.hpp"
#include "neighbours/next_hop.hpp"
#include "plan/drains.hpp"
#include "plan/plan.hpp"
#include "reject/rejecter.hpp"

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace sipsteer::daemon {

/// Everything GET /v1/status is made of.
struct StatusInput {
    const config::Config &config;
    const dataplane::Maps &maps;
    const std::vector<dataplane::Attachment> &attachments;
    const plan::Plan &plan;
    const std::map<Address, NextHop> &next_hops;
    const std::map<plan::ServerId, health::TargetResult> &probes;
    const Sweeping &sweeping;
    const fragments::Holder &holder;
    const reject::Rejecter &rejecter;
    const plan::Drains &drains;
    std::chrono::seconds uptime;
};

nlohmann::json make_status(const StatusInput &input);

} // namespace sipsteer::daemon
