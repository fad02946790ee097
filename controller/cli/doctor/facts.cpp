// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/facts.hpp"

namespace sipsteer::doctor {

std::vector<std::string> places_of(const Network &network, const Address &address) {
    std::vector<std::string> places;
    for (const auto &own : network.addresses) {
        if (own.address == address) {
            places.push_back(own.interface);
        }
    }
    return places;
}

const Link *link_of(const Network &network, const std::string &name) {
    const auto found = network.links.find(name);
    return found == network.links.end() ? nullptr : &found->second;
}

} // namespace sipsteer::doctor
