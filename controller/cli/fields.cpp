// SPDX-License-Identifier: Apache-2.0
#include "cli/fields.hpp"

#include "cli/words.hpp"

namespace sipsteer::cli {

using nlohmann::json;

std::string text_of(const json &value) {
    if (value.is_null()) {
        return "-";
    }
    return printable(value.is_string()
                         ? value.get<std::string>()
                         : value.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string text_of(const json &object, const char *name) {
    const auto found = object.find(name);
    return found == object.end() ? "-" : text_of(*found);
}

const json &list_of(const json &object, const char *name) {
    static const json kNone = json::array();
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : kNone;
}

} // namespace sipsteer::cli
