// SPDX-License-Identifier: Apache-2.0
#include "cli/views.hpp"

#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"
#include "config/choices.hpp"

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// A value for a table's cell.
std::string cell_text(const json &value) {
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    return text_of(value);
}

std::string cell_text(const json &object, const char *name) {
    const auto found = object.find(name);
    return found == object.end() ? "-" : cell_text(*found);
}

Cell health_cell(const json &server) {
    const std::string health = cell_text(server, "health");
    const Colour colour = health == "up" || health == "unprobed" ? Colour::Good
                          : health == "down"                     ? Colour::Bad
                                                                 : Colour::Warning;
    return {health, colour};
}

Cell admin_cell(const json &server) {
    const std::string admin = cell_text(server, "admin");
    return {admin, admin == config::word(config::Admin::Enabled) ? Colour::None : Colour::Warning};
}

std::size_t servers_with(const json &pool, const char *field, const json &value) {
    std::size_t count = 0;
    for (const auto &server : list_of(pool, "servers")) {
        count += server.value(field, json()) == value ? 1 : 0;
    }
    return count;
}

std::string seconds_view(const json &object, const char *name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number()) {
        return "-";
    }
    const auto all = found->get<std::int64_t>();
    return std::to_string(all / 86400) + " d " + std::to_string(all / 3600 % 24) + " h " +
           std::to_string(all / 60 % 60) + " min " + std::to_string(all % 60) + " s";
}

/// What the daemon could not mend, or else how often it mended something.
std::string upkeep_words(const json &thing) {
    if (thing.contains("problem")) {
        return ": " + cell_text(thing, "problem");
    }
    if (const auto repairs = thing.value("repairs", 0U); repairs != 0) {
        return ", put back " + std::to_string(repairs) + (repairs == 1 ? " time" : " times") +
               " (last: " + cell_text(thing, "last_found") + ")";
    }
    return "";
}

/// A daemon of before says nothing of `attached` and `link`.
std::string interface_words(const json &interface) {
    const bool attached = interface.value("attached", true);
    const bool down = interface.value("link", "up") == "down";
    return (attached ? cell_text(interface, "mode") : "not attached") +
           (down ? ", link down" : "") + upkeep_words(interface);
}

/// Empty if there is nothing to say.
std::string vip_words(const json &vip) {
    const bool present = vip.value("present", true);
    return (present ? "" : ", not there") + upkeep_words(vip);
}

void add_fields(std::string &text, const std::string &path, const json &value) {
    if (value.is_object()) {
        for (const auto &[name, field] : value.items()) {
            add_fields(text, path.empty() ? name : path + '.' + name, field);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); i++) {
            add_fields(text, path + '[' + std::to_string(i) + ']', value[i]);
        }
    } else {
        text += printable(path) + ": " + cell_text(value) + '\n';
    }
}

} // namespace

std::string services_view(const json &status, bool colour) {
    Table table({"SERVICE", "ADDRESS", "PORT", "POOL", "PACKETS", "BYTES"});
    for (const auto &service : list_of(status, "services")) {
        table.add({{cell_text(service, "name")},
                   {cell_text(service, "address")},
                   {cell_text(service, "port")},
                   {cell_text(service, "pool")},
                   {cell_text(service, "packets")},
                   {cell_text(service, "bytes")}});
    }
    return table.print(colour);
}

std::string pools_view(const json &status, bool colour) {
    Table table({"POOL", "SERVERS", "UP", "TAKE NEW", "MODE", "SCHEDULER"});
    for (const auto &pool : list_of(status, "pools")) {
        const auto up = servers_with(pool, "health", "up");
        table.add({{cell_text(pool, "name")},
                   {std::to_string(list_of(pool, "servers").size())},
                   {std::to_string(up)},
                   {std::to_string(servers_with(pool, "takes_new", true))},
                   {cell_text(pool, "mode")},
                   {cell_text(pool, "scheduler")}});
    }
    return table.print(colour);
}

std::string servers_view(const json &status, bool colour) {
    Table table({"SERVER", "ADDRESS", "PORT", "HEALTH", "ADMIN", "TAKES NEW", "WEIGHT",
                 "LIVE CALLS", "NEW CALLS", "REHOMED", "PACKETS"});
    for (const auto &pool : list_of(status, "pools")) {
        for (const auto &server : list_of(pool, "servers")) {
            table.add({{cell_text(pool, "name") + '/' + cell_text(server, "name")},
                       {cell_text(server, "address")},
                       {cell_text(server, "port")},
                       health_cell(server),
                       admin_cell(server),
                       {cell_text(server, "takes_new")},
                       {cell_text(server, "weight")},
                       {cell_text(server, "live_calls")},
                       {cell_text(server, "new_calls")},
                       {cell_text(server, "rehomed_calls")},
                       {cell_text(server, "packets")}});
        }
    }
    return table.print(colour);
}

std::string calls_view(const json &calls, bool colour) {
    Table table({"SERVER", "STATE", "AGE S", "IDLE S", "LEFT S", "TAG"});
    for (const auto &call : list_of(calls, "calls")) {
        table.add({{cell_text(call, "pool") + '/' + cell_text(call, "server")},
                   {cell_text(call, "state")},
                   {cell_text(call, "age_seconds")},
                   {cell_text(call, "idle_seconds")},
                   {cell_text(call, "lifetime_left_seconds")},
                   {cell_text(call, "tag")}});
    }
    return table.print(colour);
}

std::string status_view(const json &status, bool colour) {
    std::string text = "sipsteerd " + cell_text(status, "version") + ", up for " +
                       seconds_view(status, "uptime_seconds") + '\n';
    for (const auto &interface : list_of(status, "interfaces")) {
        text +=
            "interface " + cell_text(interface, "name") + ": " + interface_words(interface) + '\n';
    }
    for (const auto &vip : list_of(status, "vips")) {
        if (const auto words = vip_words(vip); !words.empty()) {
            text += "vip " + cell_text(vip, "address") + ": on " + cell_text(vip, "interface") +
                    words + '\n';
        }
    }
    const json calls = status.value("calls", json::object());
    text += "calls: " + cell_text(calls, "live") + " of " + cell_text(calls, "capacity") + "\n\n";
    text += services_view(status, colour) + '\n' + servers_view(status, colour);
    Table reasons({"REASON", "VERDICT", "PACKETS", "WHY"});
    for (const auto &reason : list_of(status, "reasons")) {
        reasons.add({{cell_text(reason, "reason")},
                     {cell_text(reason, "verdict")},
                     {cell_text(reason, "packets")},
                     {cell_text(reason, "text")}});
    }
    return text + '\n' + reasons.print(colour);
}

std::string fields_view(const json &thing) {
    std::string text;
    add_fields(text, {}, thing);
    return text;
}

} // namespace sipsteer::cli
