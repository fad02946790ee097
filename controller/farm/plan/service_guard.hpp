// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"

#include <sipsteer/guard.h>

#include <cstdint>
#include <optional>
#include <string>

namespace sipsteer::plan {

/// From whom a service takes requests of a method (enum ss_method) that are of no call.
config::GuardFrom method_from(const config::ServiceGuard &guard, std::uint8_t method);

/// The same of a value of the data plane: "known" or "trusted"; empty: from all.
const char *method_from(const ss_guard_limits &value, std::uint8_t method);

/// Which of a service's scanners a User-Agent is of, as configured; nothing: of none.
std::optional<std::string> scanner_of(const ss_guard_limits &value, const std::string &user_agent);

/// Adds what a service takes from whom to its limits as the data plane has them.
void add_service_guard(const config::ServiceGuard &guard, ss_guard_limits &value);

} // namespace sipsteer::plan
