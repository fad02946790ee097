// SPDX-License-Identifier: Apache-2.0
#include "upkeep/vip_file.hpp"

#include "base/log.hpp"
#include "base/state_file.hpp"

#include <net/if.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace sipsteer::upkeep {

namespace {

/// A field that is text; else an empty one.
std::string text_of(const nlohmann::json &entry, const char *field) {
    const bool known = entry.is_object() && entry.contains(field) && entry[field].is_string();
    return known ? entry[field].get<std::string>() : std::string();
}

/// Nothing of an entry that is no VIP. An interface that is gone has the index 0.
std::optional<std::pair<Place, std::uint32_t>> vip_of(const nlohmann::json &entry) {
    const auto address = Address::parse(text_of(entry, "address"));
    const auto interface = text_of(entry, "interface");
    if (!address || interface.empty()) {
        return std::nullopt;
    }
    // An older file has no indexes.
    const bool indexed = entry.contains("ifindex") && entry["ifindex"].is_number_unsigned();
    return std::pair{Place{interface, *address}, indexed ? entry["ifindex"].get<std::uint32_t>()
                                                         : if_nametoindex(interface.c_str())};
}

} // namespace

std::map<Place, std::uint32_t> VipFile::load() {
    std::map<Place, std::uint32_t> vips;
    const auto state = load_state(file_);
    if (!state.is_object()) {
        return vips;
    }
    const auto addresses = state.find("addresses");
    bool damaged = addresses == state.end() || !addresses->is_array();
    for (const auto &entry : damaged ? nlohmann::json() : *addresses) {
        const auto vip = vip_of(entry);
        damaged = damaged || !vip;
        if (vip && vip->second != 0) {
            vips.insert(*vip);
        }
    }
    if (damaged) {
        set_state_aside(file_, "it has entries that are no addresses");
        (void)save(vips);
    }
    return vips;
}

bool VipFile::save(const std::map<Place, std::uint32_t> &vips) {
    nlohmann::json state;
    for (const auto &[place, ifindex] : vips) {
        state["addresses"].push_back({{"interface", place.interface},
                                      {"ifindex", ifindex},
                                      {"address", place.address.to_string()}});
    }
    const auto done = save_state(file_, std::move(state));
    if (!done && saved_) {
        log::error("addresses_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
    saved_ = done.ok();
    return saved_;
}

void VipFile::retry(const std::map<Place, std::uint32_t> &vips) {
    if (!saved_ && save(vips)) {
        log::info("addresses_saved", {{"file", file_}});
    }
}

} // namespace sipsteer::upkeep
