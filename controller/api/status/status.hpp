// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/status/status_input.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::status {

/// GET /v1/status
nlohmann::json make_status(const StatusInput &input);

} // namespace sipsteer::status
