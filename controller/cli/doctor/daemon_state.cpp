// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/daemon_state.hpp"

namespace sipsteer::doctor {

namespace {

using nlohmann::json;

std::string text_of(const json &object, const char *name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_true(const json &object, const char *name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// The objects of a list.
std::vector<json> objects_of(const json &object, const char *name) {
    std::vector<json> objects;
    const auto found = object.find(name);
    if (found != object.end() && found->is_array()) {
        for (const auto &one : *found) {
            if (one.is_object()) {
                objects.push_back(one);
            }
        }
    }
    return objects;
}

json object_of(const json &object, const char *name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_object() ? *found : json::object();
}

ServerState read_server(const std::string &pool, const json &server) {
    return {pool,
            text_of(server, "name"),
            text_of(server, "admin"),
            text_of(server, "health"),
            text_of(object_of(server, "probe"), "reason"),
            is_true(server, "takes_new"),
            text_of(object_of(server, "next_hop"), "problem")};
}

} // namespace

DaemonState read_status(const json &status) {
    DaemonState state;
    if (!status.is_object()) {
        return state;
    }
    state.version = text_of(status, "version");
    for (const auto &interface : objects_of(status, "interfaces")) {
        const auto id = interface.find("program_id");
        state.interfaces.push_back(
            {text_of(interface, "name"), text_of(interface, "mode") == "native",
             is_true(interface, "dispatcher"),
             id != interface.end() && id->is_number_unsigned() ? id->get<std::uint32_t>() : 0});
    }
    for (const auto &pool : objects_of(status, "pools")) {
        const auto name = text_of(pool, "name");
        state.pools.push_back({name, text_of(pool, "state") == "up", text_of(pool, "why")});
        for (const auto &server : objects_of(pool, "servers")) {
            state.servers.push_back(read_server(name, server));
        }
    }
    return state;
}

} // namespace sipsteer::doctor
