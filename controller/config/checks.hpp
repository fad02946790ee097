// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

namespace sipsteer::config {

/// What takes more than one field to see: names and addresses given twice, references to nothing,
/// totals. Leaves out fields that `errors` has already.
void check_whole(const Config &config, Errors &errors);

} // namespace sipsteer::config
