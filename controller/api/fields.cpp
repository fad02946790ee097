// SPDX-License-Identifier: Apache-2.0
#include "api/fields.hpp"

namespace sipsteer::api {

void Fields::add(std::string_view name, std::string_view value) {
    const auto [field, is_new] = values_.try_emplace(std::string(name), value);
    if (!is_new) {
        field->second.append(", ").append(value);
    }
}

std::optional<std::string> Fields::get(const std::string &name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace sipsteer::api
