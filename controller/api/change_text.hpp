// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::api {

/// How `after` differs from `before`, for the audit: `weight: 100 -> 50, servers.b: removed`.
/// Things of a list are named by their names where they have some. Text and number of the
/// differences are cut where they are long. Empty: there is no difference. Null stands for a thing
/// that is not there.
std::string change_text(const nlohmann::json &before, const nlohmann::json &after);

} // namespace sipsteer::api
