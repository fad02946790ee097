// SPDX-License-Identifier: Apache-2.0
#include "farm/vips.hpp"

#include "base/log.hpp"
#include "base/state_file.hpp"
#include "kernel/netlink/vip_address.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::farm {

Vips::Vips(const std::string &state_dir) : file_(state_dir + "/addresses.json") {
    load();
}

/// Addresses do not survive a reboot, nor does the state.
void Vips::load() {
    const auto state = load_state(file_);
    if (!state.is_object()) {
        return;
    }
    for (const auto &entry : state.value("addresses", nlohmann::json::array())) {
        const auto address = Address::parse(entry.value("address", ""));
        if (address) {
            ours_.insert({entry.value("interface", ""), *address});
        }
    }
}

void Vips::save() const {
    nlohmann::json state;
    for (const auto &place : ours_) {
        state["addresses"].push_back(
            {{"interface", place.interface}, {"address", place.address.to_string()}});
    }
    if (auto done = save_state(file_, std::move(state)); !done) {
        log::warn("addresses_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
}

Status Vips::add(const Place &place) {
    const auto added = add_address(place.interface, place.address);
    if (!added) {
        return Error{"vip " + place.address.to_string() + ": " + added.error().message};
    }
    if (*added) {
        ours_.insert(place);
        fresh_.insert(place);
        log::info("vip_added",
                  {{"address", place.address.to_string()}, {"interface", place.interface}});
    }
    return Done{};
}

/// False if it is still there: it stays ours, for another try.
bool Vips::remove(const Place &place) {
    const auto address = place.address.to_string();
    if (auto done = remove_address(place.interface, place.address); !done) {
        log::warn("vip_not_removed", {{"address", address},
                                      {"interface", place.interface},
                                      {"problem", done.error().message}});
        return false;
    }
    log::info("vip_removed", {{"address", address}, {"interface", place.interface}});
    fresh_.erase(place);
    return true;
}

Status Vips::apply(const config::Config &config) {
    std::set<Place> wanted;
    for (const auto &service : config.services) {
        if (service.vip_interface) {
            wanted.insert({*service.vip_interface, service.address});
        }
    }
    Status status = Done{};
    for (const auto &place : wanted) {
        if (auto done = add(place); !done) {
            status = done;
        }
    }
    std::erase_if(ours_,
                  [&](const Place &place) { return wanted.count(place) == 0 && remove(place); });
    save();
    return status;
}

void Vips::remove_all() {
    std::erase_if(ours_, [&](const Place &place) { return remove(place); });
    save();
}

void Vips::undo() {
    std::erase_if(ours_,
                  [&](const Place &place) { return fresh_.count(place) != 0 && remove(place); });
    save();
}

} // namespace sipsteer::farm
