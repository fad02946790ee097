// SPDX-License-Identifier: Apache-2.0
#include "upkeep/removal.hpp"

#include "base/log.hpp"
#include "kernel/netlink/vip_address.hpp"

namespace sipsteer::upkeep {

void take_off(std::map<Place, std::uint32_t> &vips) {
    std::erase_if(vips, [](const auto &vip) {
        const auto &[place, ifindex] = vip;
        const auto address = place.address.to_string();
        if (auto done = remove_address(ifindex, place.address); !done) {
            log::warn("vip_not_removed", {{"address", address},
                                          {"interface", place.interface},
                                          {"problem", done.error().message}});
            return false;
        }
        log::info("vip_removed", {{"address", address}, {"interface", place.interface}});
        return true;
    });
}

Result<unsigned> detach_all(const config::Config &config) {
    unsigned configured = 0;
    for (const auto &interface : config.interfaces) {
        const auto link = find_link(interface.name);
        const auto detached = link ? dataplane::detach(interface.name, link->ifindex,
                                                       config.pin_dir, dataplane::Ours::OrOrphan)
                                   : Result<bool>(false);
        if (!detached) {
            return detached.error();
        }
        if (*detached) {
            log::info("xdp_detached", {{"interface", interface.name}});
            ++configured;
        }
    }
    const auto others = dataplane::detach_except({}, config.pin_dir);
    if (!others) {
        return others; // the maps tell our programs from others': they stay for another try
    }
    if (auto removed = dataplane::remove_pins(config.pin_dir); !removed) {
        return removed.error();
    }
    return configured + *others;
}

} // namespace sipsteer::upkeep
