// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::foreign {

/// The configuration as a person would write it: without what has its default.
nlohmann::json smallest(const config::Config &config);

} // namespace sipsteer::foreign
