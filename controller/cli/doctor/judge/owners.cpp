// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/owners.hpp"

namespace sipsteer::doctor {

std::string servers_with(const Facts &facts, const MacAddress &mac) {
    std::string names;
    for (const auto &server : facts.network.servers) {
        if (server.macs && server.macs->count(mac) != 0 && server.own) {
            names += (names.empty() ? "" : ", ") + server.id();
        }
    }
    return names;
}

bool is_own(const Facts &facts, const MacAddress &mac) {
    return facts.network.own_macs.count(mac) != 0;
}

} // namespace sipsteer::doctor
