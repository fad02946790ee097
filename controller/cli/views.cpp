// SPDX-License-Identifier: Apache-2.0
#include "cli/views.hpp"

#include "cli/table.hpp"
#include "cli/words.hpp"

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// A field for a table's cell; "-": it is not there, or null.
std::string text_of(const json &value) {
    if (value.is_null()) {
        return "-";
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    return value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

std::string get(const json &object, const char *name) {
    const auto found = object.find(name);
    return found == object.end() ? "-" : text_of(*found);
}

const json &list_of(const json &object, const char *name) {
    static const json kNone = json::array();
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : kNone;
}

Cell health_cell(const json &server) {
    const std::string health = get(server, "health");
    const Colour colour = health == "up" || health == "unprobed" ? Colour::Good
                          : health == "down"                     ? Colour::Bad
                                                                 : Colour::Warning;
    return {health, colour};
}

Cell admin_cell(const json &server) {
    const std::string admin = get(server, "admin");
    return {admin, admin == "enabled" ? Colour::None : Colour::Warning};
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
        text += printable(path) + ": " + text_of(value) + '\n';
    }
}

} // namespace

std::string services_view(const json &status, bool colour) {
    Table table({"SERVICE", "ADDRESS", "PORT", "POOL", "PACKETS", "BYTES"});
    for (const auto &service : list_of(status, "services")) {
        table.add({{get(service, "name")},
                   {get(service, "address")},
                   {get(service, "port")},
                   {get(service, "pool")},
                   {get(service, "packets")},
                   {get(service, "bytes")}});
    }
    return table.print(colour);
}

std::string pools_view(const json &status, bool colour) {
    Table table({"POOL", "SERVERS", "UP", "TAKE NEW", "MODE", "SCHEDULER"});
    for (const auto &pool : list_of(status, "pools")) {
        const auto up = servers_with(pool, "health", "up");
        table.add({{get(pool, "name")},
                   {std::to_string(list_of(pool, "servers").size())},
                   {std::to_string(up)},
                   {std::to_string(servers_with(pool, "takes_new", true))},
                   {get(pool, "mode")},
                   {get(pool, "scheduler")}});
    }
    return table.print(colour);
}

std::string servers_view(const json &status, bool colour) {
    Table table({"SERVER", "ADDRESS", "PORT", "HEALTH", "ADMIN", "TAKES NEW", "WEIGHT",
                 "LIVE CALLS", "NEW CALLS", "REHOMED", "PACKETS"});
    for (const auto &pool : list_of(status, "pools")) {
        for (const auto &server : list_of(pool, "servers")) {
            table.add({{get(pool, "name") + '/' + get(server, "name")},
                       {get(server, "address")},
                       {get(server, "port")},
                       health_cell(server),
                       admin_cell(server),
                       {get(server, "takes_new")},
                       {get(server, "weight")},
                       {get(server, "live_calls")},
                       {get(server, "new_calls")},
                       {get(server, "rehomed_calls")},
                       {get(server, "packets")}});
        }
    }
    return table.print(colour);
}

std::string calls_view(const json &calls, bool colour) {
    Table table({"SERVER", "STATE", "AGE S", "IDLE S", "LEFT S", "TAG"});
    for (const auto &call : list_of(calls, "calls")) {
        table.add({{get(call, "pool") + '/' + get(call, "server")},
                   {get(call, "state")},
                   {get(call, "age_seconds")},
                   {get(call, "idle_seconds")},
                   {get(call, "lifetime_left_seconds")},
                   {get(call, "tag")}});
    }
    return table.print(colour);
}

std::string status_view(const json &status, bool colour) {
    std::string text = "sipsteerd " + get(status, "version") + ", up for " +
                       seconds_view(status, "uptime_seconds") + '\n';
    for (const auto &interface : list_of(status, "interfaces")) {
        text += "interface " + get(interface, "name") + ": " + get(interface, "mode") + '\n';
    }
    const json calls = status.value("calls", json::object());
    text += "calls: " + get(calls, "live") + " of " + get(calls, "capacity") + "\n\n";
    text += services_view(status, colour) + '\n' + servers_view(status, colour);
    Table reasons({"REASON", "VERDICT", "PACKETS", "WHY"});
    for (const auto &reason : list_of(status, "reasons")) {
        reasons.add({{get(reason, "reason")},
                     {get(reason, "verdict")},
                     {get(reason, "packets")},
                     {get(reason, "text")}});
    }
    return text + '\n' + reasons.print(colour);
}

std::string fields_view(const json &thing) {
    std::string text;
    add_fields(text, {}, thing);
    return text;
}

} // namespace sipsteer::cli
