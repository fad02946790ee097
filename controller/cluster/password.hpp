// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>

namespace sipsteer::cluster {

/// The first line of a file.
Result<std::string> read_password(const std::string &file);

} // namespace sipsteer::cluster
