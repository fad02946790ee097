// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/indexes.hpp"

#include <sipsteer/limits.h>

namespace sipsteer::plan {

IndexSpace::IndexSpace(std::uint16_t size) {
    for (std::uint16_t index = 0; index < size; index++) {
        free_.insert(free_.end(), index);
    }
}

bool IndexSpace::restore(const std::string &name, std::uint16_t index,
                         const std::string &identity) {
    const auto known = find(name);
    if (known && identities_.at(*known) != identity) {
        return restore(former_name(name, identity), index, identity);
    }
    if (known) {
        return *known == index;
    }
    if (free_.erase(index) == 0) {
        return false;
    }
    by_name_.emplace(name, index);
    identities_.emplace(index, identity);
    return true;
}

std::optional<std::uint16_t> IndexSpace::get(const std::string &name, const std::string &identity) {
    const auto known = find(name);
    if (known && identities_.at(*known) == identity) {
        return known;
    }
    const auto former = former_name(name, identity);
    if (free_.empty() && !find(former)) {
        return std::nullopt;
    }
    if (known) {
        rename(name, former_name(name, identities_.at(*known)));
    }
    if (find(former)) {
        rename(former, name);
        return find(name);
    }
    const std::uint16_t index = *free_.begin();
    free_.erase(free_.begin());
    by_name_.emplace(name, index);
    identities_.emplace(index, identity);
    return index;
}

void IndexSpace::rename(const std::string &from, const std::string &to) {
    by_name_.emplace(to, by_name_.at(from));
    by_name_.erase(from);
}

std::optional<std::uint16_t> IndexSpace::find(const std::string &name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

void IndexSpace::release(const std::string &name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        free_.insert(found->second);
        identities_.erase(found->second);
        by_name_.erase(found);
    }
}

std::string former_name(const std::string &name, const std::string &identity) {
    return name + "@" + identity;
}

Indexes::Indexes() : services(SS_MAX_SERVICES), pools(SS_MAX_POOLS), servers(SS_MAX_SERVERS) {}

} // namespace sipsteer::plan
