// SPDX-License-Identifier: Apache-2.0
#include "cli/top_view.hpp"

#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"
#include "config/choices.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

namespace sipsteer::cli {

namespace {

using nlohmann::json;
using ByName = std::map<std::string, json>;

ByName services_by_name(const json &status) {
    ByName services;
    for (const auto &service : list_of(status, "services")) {
        services[text_of(service, "name")] = service;
    }
    return services;
}

ByName servers_by_name(const json &status) {
    ByName servers;
    for (const auto &pool : list_of(status, "pools")) {
        for (const auto &server : list_of(pool, "servers")) {
            servers[text_of(pool, "name") + '/' + text_of(server, "name")] = server;
        }
    }
    return servers;
}

class Rates {
public:
    Rates(ByName before, double seconds) : before_(std::move(before)), seconds_(seconds) {}

    /// Of a counter of the thing of that name, a second.
    double value(const std::string &name, const json &now, const char *counter) const {
        const auto known = before_.find(name);
        const double first =
            known == before_.end() ? number(now, counter) : number(known->second, counter);
        return std::max(0.0, number(now, counter) - first) / seconds_;
    }

    /// The same for a table.
    std::string of(const std::string &name, const json &now, const char *counter) const {
        std::array<char, 40> written{};
        std::snprintf(written.data(), written.size(), "%.1f", value(name, now, counter));
        return written.data();
    }

private:
    static double number(const json &thing, const char *counter) {
        const auto found = thing.find(counter);
        return found != thing.end() && found->is_number() ? found->get<double>() : 0;
    }

    ByName before_;
    double seconds_;
};

Colour health_colour(const std::string &health) {
    if (health == "up" || health == "unprobed") {
        return Colour::Good;
    }
    return health == "down" ? Colour::Bad : Colour::Warning;
}

bool is_well(const json &server) {
    return health_colour(text_of(server, "health")) == Colour::Good &&
           text_of(server, "admin") == config::word(config::Admin::Enabled);
}

/// How many rows of each table are shown.
struct Rows {
    std::size_t services = 0;
    std::size_t servers = 0;
};

/// The first line, a blank one before each table, and the tables' headings.
constexpr std::size_t kFrame = 5;

Rows rows_that_fit(const Rows &all, std::size_t lines) {
    if (kFrame + all.services + all.servers <= lines) {
        return all;
    }
    const std::size_t room = lines > kFrame + 1 ? lines - kFrame - 1 : 0; // 1: how many more
    const std::size_t left = room > all.servers ? room - all.servers : 0;
    const std::size_t services = std::min(all.services, std::max(room / 3, left));
    return {services, std::min(all.servers, room - services)};
}

std::string services_table(const Readings &readings, std::size_t rows, bool colour) {
    const Rates rates(services_by_name(readings.before), readings.seconds);
    Table table({"SERVICE", "PACKETS/S", "BYTES/S"});
    for (const auto &[name, service] : services_by_name(readings.now)) {
        if (rows-- == 0) {
            break;
        }
        table.add(
            {{name}, {rates.of(name, service, "packets")}, {rates.of(name, service, "bytes")}});
    }
    return table.print(colour);
}

std::string servers_table(const Readings &readings, std::size_t rows, bool colour) {
    const Rates rates(servers_by_name(readings.before), readings.seconds);
    const ByName by_name = servers_by_name(readings.now);
    std::vector<std::pair<std::string, json>> shown(by_name.begin(), by_name.end());
    if (rows < shown.size()) {
        std::stable_partition(shown.begin(), shown.end(),
                              [](const auto &named) { return !is_well(named.second); });
        shown.resize(rows);
    }
    Table table({"SERVER", "HEALTH", "ADMIN", "LIVE CALLS", "NEW CALLS/S", "PACKETS/S"});
    for (const auto &[name, server] : shown) {
        const std::string health = text_of(server, "health");
        table.add({{name},
                   {health, health_colour(health)},
                   {text_of(server, "admin")},
                   {text_of(server, "live_calls")},
                   {rates.of(name, server, "new_calls")},
                   {rates.of(name, server, "packets")}});
    }
    return table.print(colour);
}

} // namespace

std::string top_view(const Readings &readings, bool colour, std::size_t lines) {
    const Rows all{services_by_name(readings.now).size(), servers_by_name(readings.now).size()};
    const Rows rows = rows_that_fit(all, lines);
    const json calls = readings.now.value("calls", json::object());
    std::string text = "sipsteerd " + text_of(readings.now, "version") +
                       ", calls: " + text_of(calls, "live") + " of " + text_of(calls, "capacity") +
                       '\n';
    const std::size_t more = all.services + all.servers - rows.services - rows.servers;
    if (more == 0 || rows.services + rows.servers > 0) {
        text += '\n' + services_table(readings, rows.services, colour) + '\n' +
                servers_table(readings, rows.servers, colour);
    }
    return more == 0 ? text : text + std::to_string(more) + " more rows; enlarge the window\n";
}

json top_json(const Readings &readings) {
    json services = json::array();
    const Rates of_services(services_by_name(readings.before), readings.seconds);
    for (const auto &[name, service] : services_by_name(readings.now)) {
        services.push_back({{"service", name},
                            {"packets_per_second", of_services.value(name, service, "packets")},
                            {"bytes_per_second", of_services.value(name, service, "bytes")}});
    }
    json servers = json::array();
    const Rates of_servers(servers_by_name(readings.before), readings.seconds);
    for (const auto &[name, server] : servers_by_name(readings.now)) {
        servers.push_back({{"server", name},
                           {"health", server.value("health", json())},
                           {"admin", server.value("admin", json())},
                           {"live_calls", server.value("live_calls", json())},
                           {"new_calls_per_second", of_servers.value(name, server, "new_calls")},
                           {"packets_per_second", of_servers.value(name, server, "packets")}});
    }
    const json calls = readings.now.value("calls", json::object());
    return {
        {"version", readings.now.value("version", json())},
        {"seconds", readings.seconds},
        {"calls",
         {{"live", calls.value("live", json())}, {"capacity", calls.value("capacity", json())}}},
        {"services", services},
        {"servers", servers}};
}

} // namespace sipsteer::cli
