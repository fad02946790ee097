// SPDX-License-Identifier: Apache-2.0
#include "config/pointer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace sipsteer::config {

namespace {

using nlohmann::json;

/// Takes "[12]" or "[\"odd name\"]" off the front; nothing if it does not end.
std::optional<std::string> take_bracketed(std::string_view &rest) {
    std::size_t end = 1;
    for (bool quoted = false; end < rest.size() && (quoted || rest[end] != ']'); end++) {
        if (quoted && rest[end] == '\\') {
            end++;
        } else if (rest[end] == '"') {
            quoted = !quoted;
        }
    }
    if (end >= rest.size()) {
        return std::nullopt;
    }
    const auto inside = json::parse(rest.substr(1, end - 1), nullptr, false);
    rest.remove_prefix(end + 1);
    if (inside.is_string()) {
        return inside.get<std::string>();
    }
    return inside.is_number_unsigned() ? std::optional(inside.dump()) : std::nullopt;
}

std::string take_plain(std::string_view &rest) {
    rest.remove_prefix(rest.front() == '.' ? 1 : 0);
    const auto end = std::min(rest.find_first_of(".["), rest.size());
    const std::string name(rest.substr(0, end));
    rest.remove_prefix(end);
    return name;
}

} // namespace

std::string json_pointer(const std::string &path) {
    json::json_pointer pointer;
    for (std::string_view rest = path; !rest.empty();) {
        const auto step = rest.front() == '[' ? take_bracketed(rest) : take_plain(rest);
        if (!step) {
            break;
        }
        pointer.push_back(*step);
    }
    return pointer.to_string();
}

} // namespace sipsteer::config
