// SPDX-License-Identifier: Apache-2.0
//
// What the keeper says of the host.
#include "kernel/netlink/announce.hpp"
#include "upkeep/about.hpp"
#include "upkeep/keeper.hpp"

#include <algorithm>
#include <utility>

namespace sipsteer::upkeep {

std::vector<std::string> Keeper::missing() const {
    const auto actual = read();
    if (!actual) {
        return {actual.error().message};
    }
    std::vector<std::string> missing;
    const auto plan = make_plan(config_, held_, *actual);
    for (const auto &[name, problem] : plan.interfaces) {
        missing.push_back(about(name) + ": " + problem);
    }
    for (const auto &attach : plan.attach) {
        const auto &name = attach.interface.name;
        if (!attach.found.empty() || find_program(held_.programs, name) == held_.programs.end()) {
            missing.push_back(
                about(name) + ": " +
                (attach.found.empty() ? "the program is not attached" : attach.found));
        }
    }
    for (const auto &put : plan.put) {
        missing.push_back(about(put.place) + ": the address is not there");
    }
    for (const auto &[place, problem] : plan.vips) {
        missing.push_back(about(place) + ": " + problem);
    }
    return missing;
}

Repair Keeper::repair_of(const std::string &about) const {
    const auto known = repaired_.find(about);
    return known == repaired_.end() ? Repair() : known->second;
}

void Keeper::note_state(const Plan &plan, const Actual &actual) {
    Troubles::All troubles;
    if (const auto why = failed_.find("pins"); why != failed_.end()) {
        troubles["pins"] = why->second;
    }
    for (const auto &[name, now] : plan.renamed) {
        troubles[about(name)] = "it is called " + now + " now; change the configuration";
    }
    for (const auto &[name, problem] : plan.interfaces) {
        troubles[about(name)] = problem;
    }
    for (const auto &[place, problem] : plan.vips) {
        troubles[about(place)] = problem;
    }
    for (const auto &step : plan.attach) {
        if (const auto why = failed_.find(about(step.interface.name)); why != failed_.end()) {
            troubles[why->first] = why->second;
        }
    }
    for (const auto &step : plan.put) {
        if (const auto why = failed_.find(about(step.place)); why != failed_.end()) {
            troubles[why->first] = why->second;
        }
    }
    troubles_.note(std::move(troubles));
    state_.interfaces.clear();
    for (const auto &interface : config_.interfaces) {
        state_.interfaces.push_back(interface_state(interface, plan, actual));
    }
    note_vips(plan, actual);
}

InterfaceState Keeper::interface_state(const config::Interface &interface, const Plan &plan,
                                       const Actual &actual) const {
    const auto *link = find_meant(interface.name, held_, actual);
    const auto program = find_program(held_.programs, interface.name);
    const bool lost = std::any_of(plan.attach.begin(), plan.attach.end(), [&](const auto &step) {
        return step.interface.name == interface.name && !step.found.empty();
    });
    InterfaceState state;
    state.name = interface.name;
    state.up = link != nullptr && link->up;
    state.problem = troubles_.of(about(interface.name));
    state.repair = repair_of(about(interface.name));
    if (link != nullptr && !lost && program != held_.programs.end()) {
        state.program = *program;
    }
    return state;
}

void Keeper::note_vips(const Plan &plan, const Actual &actual) {
    state_.vips.clear();
    std::map<Place, LinkInfo> present;
    for (const auto &place : wanted_vips(config_)) {
        const auto *link = find_meant(place.interface, held_, actual);
        const bool absent = plan.vips.contains(place) ||
                            std::any_of(plan.put.begin(), plan.put.end(),
                                        [&](const auto &put) { return put.place == place; });
        state_.vips.push_back({place.address, place.interface, !absent, troubles_.of(about(place)),
                               repair_of(about(place))});
        if (!absent && link != nullptr) {
            present[place] = *link;
        }
    }
    announce(announcer_.note(present));
}

void Keeper::announce(const std::vector<Place> &places) const {
    for (const auto &place : places) {
        // Only a help; a link that went down meanwhile is announced on when it is back.
        (void)announce_address(announcer_.link(place), place.address);
    }
}

} // namespace sipsteer::upkeep
