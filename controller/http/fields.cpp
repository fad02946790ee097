// SPDX-License-Identifier: Apache-2.0
#include "http/fields.hpp"

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <vector>

namespace sipsteer::http {

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

bool Fields::accept(std::string_view type) const {
    std::string list = get("Accept").value_or("");
    boost::algorithm::to_lower(list);
    boost::algorithm::erase_all(list, " ");
    std::vector<std::string> ranges;
    boost::algorithm::split(ranges, list, boost::is_any_of(","));
    return std::any_of(ranges.begin(), ranges.end(), [&](const std::string &range) {
        const auto weight = range.find(";q=");
        const bool refused =
            weight != std::string::npos && range.find_first_not_of("0.", weight + 3) >=
                                               std::min(range.find(';', weight + 3), range.size());
        return range.substr(0, range.find(';')) == type && !refused;
    });
}

} // namespace sipsteer::http
