// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sipsteer::config {

/// The JSON pointer (RFC 6901) of the field that an error's path names: "/pools/0/weight" for
/// "pools[0].weight". Where a path has a field's name cut short, that of the object around it.
std::string json_pointer(const std::string &path);

} // namespace sipsteer::config
