// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sipsteer::config {

/// `; did you mean "servers"?` if one of `known` is a likely misspelling of `text`, else nothing.
std::string did_you_mean(const std::string &text, const std::vector<std::string> &known);

} // namespace sipsteer::config
