// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <vector>

namespace sipsteer::doctor {

/// Sends every server that is not disabled an OPTIONS to each VIP whose calls it gets, by the DSR
/// path, all at once. `places`: the servers, with the MACs that answered.
std::vector<VipAnswer> ask_vips(const config::Config &config,
                                const std::vector<ServerPlace> &places);

} // namespace sipsteer::doctor
