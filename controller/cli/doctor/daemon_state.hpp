// SPDX-License-Identifier: Apache-2.0
//
// What the daemon says of itself, as far as a check goes by it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sipsteer::doctor {

struct InterfaceState {
    std::string name;
    bool native = false;
    bool dispatcher = false;
    std::uint32_t program_id = 0;
};

struct ServerState {
    std::string pool;
    std::string name;
    std::string admin;  // enabled, draining or disabled
    std::string health; // up, down, unknown or unprobed
    std::string reason; // for the health
    bool takes_new = false;
    std::string next_hop_problem; // empty: none

    std::string id() const { return pool + '/' + name; }
};

struct PoolState {
    std::string name;
    bool up = false;
    std::string why; // it is down
};

struct DaemonState {
    std::string version;
    std::string not_ready; // what is missing; empty: it is ready
    std::vector<InterfaceState> interfaces;
    std::vector<PoolState> pools;
    std::vector<ServerState> servers;
};

/// From GET /v1/status. What is missing, in an older daemon's answer, reads as empty.
DaemonState read_status(const nlohmann::json &status);

} // namespace sipsteer::doctor
