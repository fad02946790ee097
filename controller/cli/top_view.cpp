// SPDX-License-Identifier: Apache-2.0
#include "cli/top_view.hpp"

#include "cli/fields.hpp"
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
    const Rates service_rates(services_by_name(readings.before), readings.seconds);
    Table services({"SERVICE", "PACKETS/S", "BYTES/S"});
    for (const auto &[name, service] : services_by_name(readings.now)) {
        services.add({{name},
                      {service_rates.of(name, service, "packets")},
                      {service_rates.of(name, service, "bytes")}});
    }
    const Rates server_rates(servers_by_name(readings.before), readings.seconds);
    Table servers({"SERVER", "HEALTH", "ADMIN", "LIVE CALLS", "NEW CALLS/S", "PACKETS/S"});
    for (const auto &[name, server] : servers_by_name(readings.now)) {
        const std::string health = text_of(server, "health");
        servers.add({{name},
                     {health, health_colour(health)},
                     {text_of(server, "admin")},
                     {text_of(server, "live_calls")},
                     {server_rates.of(name, server, "new_calls")},
                     {server_rates.of(name, server, "packets")}});
    }
    const json calls = readings.now.value("calls", json::object());
    return "sipsteerd " + text_of(readings.now, "version") + ", calls: " + text_of(calls, "live") +
           " of " + text_of(calls, "capacity") + "\n\n" + services.print(colour) + '\n' +
           servers.print(colour);
}

} // namespace sipsteer::cli
