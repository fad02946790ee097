// SPDX-License-Identifier: Apache-2.0
//
// The metrics by what they are about, one function each.
#pragma once

#include "api/metrics/families.hpp"
#include "api/metrics/state.hpp"

namespace sipsteer::metrics {

void add_traffic(const State &state, Families &families);
void add_calls(const State &state, Families &families);
void add_farm(const State &state, Families &families);
void add_cluster(const State &state, Families &families);
void add_process(const State &state, Families &families);

} // namespace sipsteer::metrics
