// SPDX-License-Identifier: Apache-2.0
#include "api/status/readiness.hpp"

#include <algorithm>

namespace sipsteer::status {

namespace {

Status check_interface(const ReadinessInput &input, const std::string &name) {
    const auto found =
        std::find_if(input.attachments.begin(), input.attachments.end(),
                     [&](const auto &attachment) { return attachment.interface == name; });
    if (found == input.attachments.end()) {
        return Error{"interface " + name + ": the program is not attached"};
    }
    return input.check_attached(*found);
}

} // namespace

std::vector<std::string> missing_for_readiness(const ReadinessInput &input) {
    if (!input.live) {
        return {"the daemon is starting or stopping"};
    }
    std::vector<std::string> missing;
    if (!input.maps_written) {
        missing.emplace_back("the maps are not up to date; see the log");
    }
    for (const auto &interface : input.interfaces) {
        if (const auto attached = check_interface(input, interface.name); !attached) {
            missing.push_back(attached.error().message);
        }
    }
    return missing;
}

} // namespace sipsteer::status
