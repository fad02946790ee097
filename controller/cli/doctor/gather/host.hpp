// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <string>
#include <vector>

namespace sipsteer::doctor {

/// `config`: nullptr if there is none; what depends on it is not known then.
Host gather_host(const config::Config *config);

} // namespace sipsteer::doctor
