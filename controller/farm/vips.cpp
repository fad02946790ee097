// SPDX-License-Identifier: Apache-2.0
#include "farm/vips.hpp"

#include "base/log.hpp"
#include "base/state_file.hpp"
#include "kernel/netlink/vip_address.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::farm {

namespace {

/// A field that is text; else an empty one.
std::string text_of(const nlohmann::json &entry, const char *field) {
    const bool known = entry.is_object() && entry.contains(field) && entry[field].is_string();
    return known ? entry[field].get<std::string>() : std::string();
}

} // namespace

Vips::Vips(const std::string &state_dir) : file_(state_dir + "/addresses.json") {
    load();
}

/// Addresses do not survive a reboot, nor does the state.
void Vips::load() {
    const auto state = load_state(file_);
    if (!state.is_object()) {
        return;
    }
    const auto addresses = state.find("addresses");
    bool damaged = addresses == state.end() || !addresses->is_array();
    for (const auto &entry : damaged ? nlohmann::json() : *addresses) {
        const auto address = Address::parse(text_of(entry, "address"));
        const auto interface = text_of(entry, "interface");
        if (address && !interface.empty()) {
            ours_.insert({interface, *address});
        } else {
            damaged = true;
        }
    }
    if (damaged) {
        set_state_aside(file_, "it has entries that are no addresses");
        (void)save();
    }
}

/// Remembered until it succeeds: see retry().
bool Vips::save() {
    nlohmann::json state;
    for (const auto &place : ours_) {
        state["addresses"].push_back(
            {{"interface", place.interface}, {"address", place.address.to_string()}});
    }
    const auto done = save_state(file_, std::move(state));
    if (!done && saved_) {
        log::error("addresses_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
    saved_ = done.ok();
    return saved_;
}

void Vips::retry() {
    if (!saved_ && save()) {
        log::info("addresses_saved", {{"file", file_}});
    }
}

/// A crash after this knows what to take away.
Status Vips::record(const std::set<Place> &wanted, Unrecorded unrecorded) {
    const auto before = ours_;
    ours_.insert(wanted.begin(), wanted.end());
    if (ours_.size() == before.size() || save() || unrecorded == Unrecorded::Add) {
        return Done{};
    }
    ours_ = before;
    return Error{"vip_interface: no VIP is added, for " + file_ + " cannot be written"};
}

/// Puts a VIP there that is recorded as ours. One that is there already is not ours, unless
/// `known`.
Status Vips::add(const Place &place, bool known) {
    const auto added = add_address(place.interface, place.address);
    if (!known && !(added && *added)) {
        ours_.erase(place);
    }
    if (!added) {
        return Error{"vip " + place.address.to_string() + ": " + added.error().message};
    }
    if (*added) {
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

Status Vips::apply(const config::Config &config, Unrecorded unrecorded) {
    std::set<Place> wanted;
    for (const auto &service : config.services) {
        if (service.vip_interface) {
            wanted.insert({*service.vip_interface, service.address});
        }
    }
    const auto known = ours_;
    Status status = record(wanted, unrecorded);
    for (const auto &place : wanted) {
        if (ours_.count(place) == 0) {
            continue; // not recorded
        }
        if (auto done = add(place, known.count(place) != 0); !done) {
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
