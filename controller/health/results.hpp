// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "base/health.hpp"
#include "base/latency.hpp"
#include "base/server_id.hpp"
#include "config/model.hpp"
#include "health/client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::health {

/// Counts of probes by outcome, and of what the client saw.
struct ProbeCounters : ClientCounters {
    std::uint64_t ok = 0;
    std::uint64_t timeout = 0;
    std::uint64_t wrong_code = 0;
    std::uint64_t icmp = 0;
    std::uint64_t connection = 0;
    std::uint64_t local = 0;    // this host could not send
    std::uint64_t not_sent = 0; // this host's own trouble: not counted as failures
};

/// What the probes of one server by one path have shown.
struct PathResult {
    config::ProbePath path = config::ProbePath::Direct; // or Dsr
    config::ProbeType type = config::ProbeType::Options;
    Endpoint to; // where the probes are sent
    Health health = Health::Unknown;
    std::string reason; // why it has that health: "timeout 3 of 3"; empty before a change
    std::chrono::system_clock::time_point changed; // when it got it; when first probed before that
    std::chrono::milliseconds held_for{};          // how long it is down yet because it flapped
    std::string last;                              // the last outcome: "200 OK", "timeout" ...
    std::optional<std::chrono::microseconds> rtt;  // of the last probe that was answered
    ProbeCounters counters;
    std::uint64_t transitions = 0; // from up to down and from down to up
    Latency latency;               // of all probes that were answered
};

/// All of a server's paths together.
struct TargetResult {
    Health health = Health::Unknown; // up only if every path is
    std::string reason;              // of the path that decided
    std::chrono::system_clock::time_point changed;
    std::vector<PathResult> paths;
};

} // namespace sipsteer::health
