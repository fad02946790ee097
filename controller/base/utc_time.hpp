// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace sipsteer {

/// "2026-11-22T07:00:00Z" (RFC 3339); parts of a second are left out.
std::string utc_text(std::chrono::system_clock::time_point time);

} // namespace sipsteer
