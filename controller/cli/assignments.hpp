// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "cli/thing.hpp"

#include <string>
#include <vector>

namespace sipsteer::cli {

/// The fields of a thing for completion: "probe.interval=", and with each value of a few:
/// "admin=", "admin=enabled". Without the name, which a command line has elsewhere.
std::vector<std::string> field_choices(Noun noun);

/// FIELD=VALUE words as a merge patch (RFC 7396): {"weight": 50, "probe": {"interval": "2s"}} of
/// "weight=50" and "probe.interval=2s". An empty VALUE gives null, which means the default. The
/// configuration's schema tells texts from other values. An error names field and value.
Result<nlohmann::json> read_assignments(Noun noun, const std::vector<std::string> &words);

} // namespace sipsteer::cli
