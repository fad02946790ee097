// SPDX-License-Identifier: Apache-2.0
#include "plan/indexes.hpp"

#include <sipsteer/limits.h>

namespace sipsteer::plan {

IndexSpace::IndexSpace(std::uint16_t size) {
    for (std::uint16_t index = 0; index < size; index++) {
        free_.insert(free_.end(), index);
    }
}

bool IndexSpace::restore(const std::string &name, std::uint16_t index) {
    if (by_name_.count(name) != 0) {
        return by_name_.at(name) == index;
    }
    if (free_.erase(index) == 0) {
        return false;
    }
    by_name_.emplace(name, index);
    return true;
}

std::optional<std::uint16_t> IndexSpace::get(const std::string &name) {
    if (const auto known = find(name)) {
        return known;
    }
    if (free_.empty()) {
        return std::nullopt;
    }
    const std::uint16_t index = *free_.begin();
    free_.erase(free_.begin());
    by_name_.emplace(name, index);
    return index;
}

std::optional<std::uint16_t> IndexSpace::find(const std::string &name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

void IndexSpace::release(const std::string &name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        free_.insert(found->second);
        by_name_.erase(found);
    }
}

Indexes::Indexes() : services(SS_MAX_SERVICES), pools(SS_MAX_POOLS), servers(SS_MAX_SERVERS) {}

} // namespace sipsteer::plan
