// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace sipsteer::health {

enum class Outcome {
    Ok,
    Timeout,
    WrongCode,  // an answer, but not an accepted one
    Icmp,       // the server's host, or one on the way, says that it cannot be delivered
    Connection, // TCP: refused, reset or closed before an answer
    Local,      // this host could not send it: no route, forbidden
    NotSent,    // this host lacks what it takes: says nothing of the server (own_trouble.hpp)
};

/// What became of one probe.
struct ProbeOutcome {
    Outcome outcome = Outcome::Timeout;
    std::string text; // "200 OK", "timeout", "ICMP port unreachable", "cannot send: ..."
    std::chrono::microseconds rtt{}; // first request to answer; 0 without an answer
};

} // namespace sipsteer::health
