// SPDX-License-Identifier: Apache-2.0
#include "cli/event_line.hpp"

#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kLevelWidth = 7; // that of "warning"

std::string value_of(const json &value) {
    const auto dumped = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (!value.is_string()) {
        return printable(dumped);
    }
    const auto &text = value.get_ref<const std::string &>();
    const bool plain = !text.empty() && text.find_first_of(" \"=\\") == text.npos;
    return printable(plain ? text : dumped);
}

Colour colour_of(const std::string &level) {
    if (level == "error") {
        return Colour::Bad;
    }
    return level == "warning" ? Colour::Warning : Colour::None;
}

/// What the stream says of itself: not all there was has come.
bool is_loss(const std::string &type) {
    return type == "call_events_lost" || type == "events_dropped";
}

} // namespace

std::string event_line(const json &event, bool colour) {
    const std::string type = text_of(event, "type");
    const std::string level = text_of(event, "level");
    const Colour wanted = is_loss(type) ? Colour::Warning : colour_of(level);
    std::string line = text_of(event, "time") + "  " + level;
    line.append(level.size() < kLevelWidth ? kLevelWidth - level.size() : 0, ' ');
    line += "  " + painted({type, wanted}, colour);
    for (const auto &[name, value] : event.items()) {
        if (name != "id" && name != "time" && name != "level" && name != "type") {
            line += ' ' + printable(name) + '=' + value_of(value);
        }
    }
    return line;
}

} // namespace sipsteer::cli
