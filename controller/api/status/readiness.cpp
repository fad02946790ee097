// SPDX-License-Identifier: Apache-2.0
#include "api/status/readiness.hpp"

namespace sipsteer::status {

std::vector<std::string> missing_for_readiness(const ReadinessInput &input) {
    if (!input.live) {
        return {"the daemon is starting or stopping"};
    }
    auto missing = input.missing_on_host();
    if (!input.maps_written) {
        missing.insert(missing.begin(), "the maps are not up to date; see the log");
    }
    return missing;
}

} // namespace sipsteer::status
