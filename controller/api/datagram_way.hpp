// SPDX-License-Identifier: Apache-2.0
//
// The way of datagrams as the API tells it: of one, and of those in a capture.
#pragma once

#include "api/calls_routes.hpp"
#include "farm/world.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::api {

/// Of a message that is sent to the service.
nlohmann::json datagram_way(const farm::World &world, const plan::PlannedService &service,
                            const sip::Message &message);

/// Of the datagrams in a capture that were sent to services, as far as it can be read. 400 if it is
/// none, or nothing of it can be.
api::AnswerOrProblem capture_ways(const farm::World &world, const api::CaptureQuery &query);

} // namespace sipsteer::api
