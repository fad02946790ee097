// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/netlink/link.hpp"
#include "upkeep/plan.hpp"

#include <map>
#include <vector>

namespace sipsteer::upkeep {

/// When a VIP is to be announced. Neighbours keep the MAC they knew until their entry goes stale,
/// so they are told when the VIP is new, the link is back, or the interface has another MAC. Told
/// several times, a second apart: nobody answers, and frames are lost. Pure.
class Announcer {
public:
    /// How often a VIP is announced after each cause.
    static constexpr unsigned kTimes = 4;

    /// The VIPs that are in force now, and their interfaces; called after every look. Returns those
    /// to announce at once.
    std::vector<Place> note(const std::map<Place, LinkInfo> &vips);

    /// A second has passed. Returns those to announce again.
    std::vector<Place> tick();

    const LinkInfo &link(const Place &place) const { return known_.at(place).link; }

private:
    struct Known {
        LinkInfo link;
        unsigned left = 0; // announcements
    };
    std::map<Place, Known> known_;
};

} // namespace sipsteer::upkeep
