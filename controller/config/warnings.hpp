// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

#include <vector>

namespace sipsteer::config {

/// What is allowed, but hardly meant: a service whose `method_pools` send the messages of one call
/// to two pools.
std::vector<FieldError> warnings_about(const Config &config);

} // namespace sipsteer::config
