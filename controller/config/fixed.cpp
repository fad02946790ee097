// SPDX-License-Identifier: Apache-2.0
#include "config/fixed.hpp"

#include "config/fields.hpp"

namespace sipsteer::config {

std::vector<std::string> fixed_differences(const StartupConfig &now, const StartupConfig &next) {
    const auto before = Object{}.write(now);
    const auto after = Object{}.write(next);
    std::vector<std::string> names; // a field without a default may be absent
    for (const std::string &name : field_names<StartupConfig>()) {
        if (before.value(name, nlohmann::json()) != after.value(name, nlohmann::json())) {
            names.push_back(name);
        }
    }
    return names;
}

void keep_fixed(const StartupConfig &now, StartupConfig &next) {
    next = now;
}

} // namespace sipsteer::config
