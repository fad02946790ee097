// SPDX-License-Identifier: Apache-2.0
#include "cli/top_view.hpp"

#include "cli/table.hpp"
#include "cli/words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace sipsteer::cli {

namespace {

using nlohmann::json;
using ByName = std::map<std::string, json>;

std::string text(const json &object, const char *name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
        return "-";
    }
    return found->is_string() ? printable(found->get<std::string>()) : found->dump();
}

const json &list_of(const json &object, const char *name) {
    static const json kNone = json::array();
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : kNone;
}

ByName services_of(const json &status) {
    ByName services;
    for (const auto &service : list_of(status, "services")) {
        services[text(service, "name")] = service;
    }
    return services;
}

ByName servers_of(const json &status) {
    ByName servers;
    for (const auto &pool : list_of(status, "pools")) {
        for (const auto &server : list_of(pool, "servers")) {
            servers[text(pool, "name") + '/' + text(server, "name")] = server;
        }
    }
    return servers;
}

class Rates {
public:
    Rates(ByName before, double seconds) : before_(std::move(before)), seconds_(seconds) {}

    /// Of a counter of the thing of that name, a second.
    std::string of(const std::string &name, const json &now, const char *counter) const {
        const auto known = before_.find(name);
        const double first =
            known == before_.end() ? number(now, counter) : number(known->second, counter);
        const double rate = std::max(0.0, number(now, counter) - first) / seconds_;
        std::array<char, 40> written{};
        std::snprintf(written.data(), written.size(), "%.1f", rate);
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

} // namespace

std::string top_view(const Readings &readings, bool colour) {
    const Rates service_rates(services_of(readings.before), readings.seconds);
    Table services({"SERVICE", "PACKETS/S", "BYTES/S"});
    for (const auto &[name, service] : services_of(readings.now)) {
        services.add({{name},
                      {service_rates.of(name, service, "packets")},
                      {service_rates.of(name, service, "bytes")}});
    }
    const Rates server_rates(servers_of(readings.before), readings.seconds);
    Table servers({"SERVER", "HEALTH", "ADMIN", "LIVE CALLS", "NEW CALLS/S", "PACKETS/S"});
    for (const auto &[name, server] : servers_of(readings.now)) {
        const std::string health = text(server, "health");
        servers.add({{name},
                     {health, health_colour(health)},
                     {text(server, "admin")},
                     {text(server, "live_calls")},
                     {server_rates.of(name, server, "new_calls")},
                     {server_rates.of(name, server, "packets")}});
    }
    const json calls = readings.now.value("calls", json::object());
    return "sipsteerd " + text(readings.now, "version") + ", calls: " + text(calls, "live") +
           " of " + text(calls, "capacity") + "\n\n" + services.print(colour) + '\n' +
           servers.print(colour);
}

} // namespace sipsteer::cli
