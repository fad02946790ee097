// SPDX-License-Identifier: Apache-2.0
#include "cli/views.hpp"

#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"
#include "config/choices.hpp"

#include <cstdint>
#include <map>

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

/// Of a pool or service.
Cell state_cell(const json &thing) {
    const std::string state = cell_text(thing, "state");
    return {state, state == "up" ? Colour::Good : state == "down" ? Colour::Bad : Colour::None};
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

/// "guard: 2 deny, 1 trust; bans: 3"; empty if there are no lists.
std::string guard_words(const json &guard) {
    std::map<std::string, std::uint64_t> counts;
    for (const auto &entry : list_of(guard, "prefixes")) {
        counts[cell_text(entry, "action")] += entry.value("prefixes", std::uint64_t{0});
    }
    counts.erase("own"); // no list has asked for these
    std::string text;
    for (const auto &[action, count] : counts) {
        text += (text.empty() ? "guard: " : ", ") + std::to_string(count) + ' ' + action;
    }
    const auto due = guard.value("due", std::uint64_t{0});
    return text.empty() ? ""
                        : text + "; bans: " + cell_text(guard, "bans") +
                              (due == 0 ? "" : "; still to write: " + std::to_string(due)) + '\n';
}

/// The tables of `status` fit 80 columns, unless names are long; `get` has all columns.
constexpr std::size_t kWidth = 80;

std::string short_services(const json &status, bool colour) {
    Table table({"SERVICE", "ADDRESS", "PORT", "STATE", "POOL", "PACKETS"});
    for (const auto &service : list_of(status, "services")) {
        table.add({{cell_text(service, "name")},
                   {cell_text(service, "address")},
                   {cell_text(service, "port")},
                   state_cell(service),
                   {cell_text(service, "pool")},
                   {cell_text(service, "packets")}});
    }
    return table.print(colour);
}

std::string short_servers(const json &status, bool colour) {
    Table table({"SERVER", "HEALTH", "ADMIN", "TAKES NEW", "LIVE CALLS", "PACKETS"});
    for (const auto &pool : list_of(status, "pools")) {
        for (const auto &server : list_of(pool, "servers")) {
            table.add({{cell_text(pool, "name") + '/' + cell_text(server, "name")},
                       health_cell(server),
                       admin_cell(server),
                       {cell_text(server, "takes_new")},
                       {cell_text(server, "live_calls")},
                       {cell_text(server, "packets")}});
        }
    }
    return table.print(colour);
}

/// Breaks each line of a table at blanks, so that it fits; what follows stands below the last
/// column, which begins at `indent`.
std::string wrapped(const std::string &table, std::size_t indent) {
    std::string text;
    for (std::size_t at = 0; at < table.size();) {
        const auto end = table.find('\n', at);
        std::string line = table.substr(at, end - at);
        at = end + 1;
        for (auto gap = line.rfind(' ', kWidth);
             line.size() > kWidth && gap != line.npos && gap > indent;
             gap = line.rfind(' ', kWidth)) {
            text += line.substr(0, gap) + '\n';
            line = std::string(indent, ' ') + line.substr(gap + 1);
        }
        text += line + '\n';
    }
    return text;
}

std::string reasons_view(const json &status, bool colour) {
    Table table({"REASON", "VERDICT", "PACKETS", "WHY"});
    for (const auto &reason : list_of(status, "reasons")) {
        table.add({{cell_text(reason, "reason")},
                   {cell_text(reason, "verdict")},
                   {cell_text(reason, "packets")},
                   {cell_text(reason, "text")}});
    }
    const std::string text = table.print(colour);
    return wrapped(text, text.find("WHY"));
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
    Table table({"SERVICE", "ADDRESS", "PORT", "STATE", "SINCE", "POOL", "PACKETS", "REASON"});
    for (const auto &service : list_of(status, "services")) {
        table.add({{cell_text(service, "name")},
                   {cell_text(service, "address")},
                   {cell_text(service, "port")},
                   state_cell(service),
                   {cell_text(service, "since")},
                   {cell_text(service, "pool")},
                   {cell_text(service, "packets")},
                   {cell_text(service, "why")}});
    }
    return table.print(colour);
}

std::string pools_view(const json &status, bool colour) {
    Table table(
        {"POOL", "STATE", "SINCE", "SERVERS", "UP", "TAKE NEW", "MODE", "SCHEDULER", "REASON"});
    for (const auto &pool : list_of(status, "pools")) {
        table.add({{cell_text(pool, "name")},
                   state_cell(pool),
                   {cell_text(pool, "since")},
                   {std::to_string(list_of(pool, "servers").size())},
                   {std::to_string(servers_with(pool, "health", "up"))},
                   {std::to_string(servers_with(pool, "takes_new", true))},
                   {cell_text(pool, "mode")},
                   {cell_text(pool, "scheduler")},
                   {cell_text(pool, "why")}});
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
    text += "calls: " + cell_text(calls, "live") + " of " + cell_text(calls, "capacity") + '\n';
    text += guard_words(status.value("guard", json::object())) + '\n';
    return text + short_services(status, colour) + '\n' + short_servers(status, colour) + '\n' +
           reasons_view(status, colour);
}

std::string fields_view(const json &thing) {
    std::string text;
    add_fields(text, {}, thing);
    return text;
}

} // namespace sipsteer::cli
