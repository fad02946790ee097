// SPDX-License-Identifier: Apache-2.0
#include "daemon/vips.hpp"

#include "neighbours/vip_address.hpp"
#include "util/log.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sipsteer::daemon {

namespace {

/// Addresses do not survive a reboot; what the file says is of the boot it names.
std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

} // namespace

Vips::Vips(const std::string &state_dir) : file_(state_dir + "/addresses.json") {
    load();
}

void Vips::load() {
    std::ifstream file(file_);
    const auto document = nlohmann::json::parse(file, nullptr, false);
    if (!document.is_object() || document.value("boot_id", "") != boot_id()) {
        return;
    }
    for (const auto &entry : document.value("addresses", nlohmann::json::array())) {
        const auto address = Address::parse(entry.value("address", ""));
        if (address) {
            ours_.insert({entry.value("interface", ""), *address});
        }
    }
}

void Vips::save() const {
    std::error_code failed;
    if (ours_.empty()) {
        std::filesystem::remove(file_, failed);
        return;
    }
    auto addresses = nlohmann::json::array();
    for (const auto &place : ours_) {
        addresses.push_back(
            {{"interface", place.interface}, {"address", place.address.to_string()}});
    }
    const nlohmann::json document = {{"boot_id", boot_id()}, {"addresses", addresses}};
    const auto draft = file_ + ".new";
    if (std::ofstream file(draft); !(file << document.dump(2) << std::endl)) {
        log::warn("addresses_not_saved", {{"file", file_}, {"problem", "cannot write " + draft}});
        return;
    }
    std::filesystem::rename(draft, file_, failed);
    if (failed) {
        log::warn("addresses_not_saved", {{"file", file_}, {"problem", failed.message()}});
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

} // namespace sipsteer::daemon
