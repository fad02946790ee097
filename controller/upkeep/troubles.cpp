// SPDX-License-Identifier: Apache-2.0
#include "upkeep/troubles.hpp"

#include "base/log.hpp"

#include <utility>

namespace sipsteer::upkeep {

void Troubles::note(All now) {
    for (const auto &[about, problem] : now) {
        if (of(about) != problem) {
            log::warn("host_trouble", {{"about", about}, {"problem", problem}});
        }
    }
    for (const auto &[about, problem] : all_) {
        if (!now.contains(about)) {
            log::info("host_trouble_over", {{"about", about}, {"problem", problem}});
        }
    }
    all_ = std::move(now);
}

std::string Troubles::of(const std::string &about) const {
    const auto found = all_.find(about);
    return found == all_.end() ? std::string() : found->second;
}

} // namespace sipsteer::upkeep
