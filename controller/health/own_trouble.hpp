// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "health/outcome.hpp"

namespace sipsteer::health {

/// What it means that the system refused with this errno: Outcome::NotSent if this host lacks what
/// it takes to ask anybody (file descriptors, memory, ports), which says nothing of the server;
/// else Outcome::Local.
ProbeOutcome refused_outcome(int code);

/// A line in the log; at most one in a minute, for all probes together.
void warn_not_sent(const ProbeOutcome &outcome);

} // namespace sipsteer::health
