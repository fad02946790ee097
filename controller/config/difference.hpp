// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::config {

/// What a change of the configuration changes, by name:
///
///     {"settings": ["log_level"],
///      "services": {"added": [], "removed": [], "changed": []},
///      "pools": ...,
///      "servers": {"added": [{"pool": "p", "server": "new"}], "removed": [],
///                  "changed": [{"pool": "p", "server": "a", "fields": ["weight"]}]}}
///
/// Settings are the top-level fields but pools and services. A pool's fields leave out its
/// servers. The order of lists does not count.
nlohmann::json difference(const Config &now, const Config &next);

/// Whether there is anything in a difference().
bool is_different(const nlohmann::json &difference);

} // namespace sipsteer::config
