// SPDX-License-Identifier: Apache-2.0
//
// The capabilities that the daemon needs all the time. Without one of them it would begin, and fail
// at a part of its work later.
#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace sipsteer::daemon {

/// Fails if a capability is not in `effective`, a set of bits as in /proc/PID/status. The error
/// names all that are missing, and what each is for. Pure.
Status check_capabilities(std::uint64_t effective);

/// That of this process. Changes nothing.
Status check_own_capabilities();

} // namespace sipsteer::daemon
