// SPDX-License-Identifier: Apache-2.0
#include "upkeep/plan.hpp"

#include <algorithm>
#include <optional>

namespace sipsteer::upkeep {

namespace {

template <typename Items, typename Match>
auto find(const Items &items, Match match) -> decltype(&*items.begin()) {
    const auto found = std::find_if(items.begin(), items.end(), match);
    return found == items.end() ? nullptr : &*found;
}

const LinkInfo *link_at(std::uint32_t ifindex, const Actual &actual) {
    return find(actual.links, [&](const auto &link) { return link.ifindex == ifindex; });
}

/// The interface's index when something of ours was put there; 0: nothing was.
std::uint32_t last_index(const std::string &name, const Held &held) {
    const auto *program =
        find(held.programs, [&](const auto &one) { return one.interface == name; });
    if (program != nullptr) {
        return program->ifindex;
    }
    const auto *vip = find(held.vips, [&](const auto &one) { return one.first.interface == name; });
    return vip != nullptr ? vip->second : 0;
}

/// What is wrong with a program that we have attached; nothing if it is in force. It has the mode
/// that is configured: attach() saw to that, and only a restart changes it.
std::optional<std::string> fault_of(const dataplane::Attachment &program, const LinkInfo &link) {
    if (program.ifindex != link.ifindex) {
        return "a new interface has its name";
    }
    const auto runs = program.native ? link.xdp_native : link.xdp_generic;
    if (runs == 0) {
        return "the program is gone";
    }
    if (runs != program.on_link) {
        return "another program (id " + std::to_string(runs) + ") is in its place";
    }
    return std::nullopt;
}

void plan_program(const config::Interface &interface, const Held &held, const Actual &actual,
                  Plan &plan) {
    const auto *link = find_meant(interface.name, held, actual);
    if (link == nullptr) {
        plan.interfaces[interface.name] = "there is no such interface";
        return;
    }
    if (link->name != interface.name) {
        plan.renamed[interface.name] = link->name;
    }
    const auto *program =
        find(held.programs, [&](const auto &one) { return one.interface == interface.name; });
    const auto fault = program == nullptr ? std::nullopt : fault_of(*program, *link);
    if (program == nullptr || fault || program->tables != held.tables) {
        plan.attach.push_back({interface, *link, fault.value_or("")});
    }
}

/// Our programs on interfaces that lost their name to others. Those that the configuration does
/// not name any more stay until a restart.
void plan_detach(const Held &held, const Actual &actual, Plan &plan) {
    for (const auto &attach : plan.attach) {
        const auto *program = find(
            held.programs, [&](const auto &one) { return one.interface == attach.interface.name; });
        const auto *link = program != nullptr && program->ifindex != attach.link.ifindex
                               ? link_at(program->ifindex, actual)
                               : nullptr;
        if (link != nullptr) {
            plan.detach.push_back({attach.interface.name, link->name, link->ifindex});
        }
    }
}

bool is_present(const Actual &actual, std::uint32_t ifindex, const Address &address) {
    return std::find(actual.addresses.begin(), actual.addresses.end(),
                     HostAddress{ifindex, address}) != actual.addresses.end();
}

void plan_vip(const Place &place, const Held &held, const Actual &actual, Plan &plan) {
    const auto *link = find_meant(place.interface, held, actual);
    if (link == nullptr) {
        plan.vips[place] = "there is no interface " + place.interface;
        return;
    }
    if (is_present(actual, link->ifindex, place.address)) {
        return;
    }
    if (!place.address.is_ipv4() && !link->enabled) {
        // The kernel takes IPv6 addresses off an interface that is switched off.
        plan.vips[place] = "interface " + link->name + " is switched off";
        return;
    }
    const auto known = held.vips.find(place);
    const bool was_here = known != held.vips.end() && known->second == link->ifindex;
    const bool was_elsewhere = known != held.vips.end() && !was_here;
    plan.put.push_back({place, *link,
                        was_here        ? "the address is gone"
                        : was_elsewhere ? "a new interface has its name"
                                        : ""});
}

/// Who of the wanted ones is to have that address on that interface; null: nobody.
const Place *owner_of(std::uint32_t ifindex, const Address &address, const std::set<Place> &wanted,
                      const Held &held, const Actual &actual) {
    return find(wanted, [&](const auto &place) {
        const auto *meant = find_meant(place.interface, held, actual);
        return place.address == address && meant != nullptr && meant->ifindex == ifindex;
    });
}

/// The address is wanted on an interface that cannot have it now.
bool waits(const Address &address, const Plan &plan) {
    return std::any_of(plan.vips.begin(), plan.vips.end(),
                       [&](const auto &vip) { return vip.first.address == address; });
}

/// Goes through what is ours: it stays, goes, or is gone already.
void plan_take(const std::set<Place> &wanted, const Held &held, const Actual &actual, Plan &plan) {
    for (const auto &[place, ifindex] : held.vips) {
        const bool present = is_present(actual, ifindex, place.address);
        if (const auto *owner = owner_of(ifindex, place.address, wanted, held, actual)) {
            plan.owned[*owner] = ifindex;
            continue;
        }
        if (present || wanted.contains(place)) { // or else its interface is away
            plan.owned.insert({place, ifindex});
        }
        if (present && !waits(place.address, plan)) {
            plan.take.push_back({place, ifindex});
        }
    }
}

} // namespace

std::set<Place> wanted_vips(const config::Config &config) {
    std::set<Place> wanted;
    for (const auto &service : config.services) {
        if (service.vip_interface) {
            wanted.insert({*service.vip_interface, service.address});
        }
    }
    return wanted;
}

const LinkInfo *find_meant(const std::string &name, const Held &held, const Actual &actual) {
    const auto *named = find(actual.links, [&](const auto &link) { return link.name == name; });
    return named != nullptr ? named : link_at(last_index(name, held), actual);
}

Plan make_plan(const config::Config &config, const Held &held, const Actual &actual) {
    Plan plan;
    for (const auto &interface : config.interfaces) {
        plan_program(interface, held, actual, plan);
    }
    const auto wanted = wanted_vips(config);
    for (const auto &place : wanted) {
        plan_vip(place, held, actual, plan);
    }
    plan_take(wanted, held, actual, plan);
    plan_detach(held, actual, plan);
    return plan;
}

} // namespace sipsteer::upkeep
