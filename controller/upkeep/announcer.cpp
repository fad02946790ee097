// SPDX-License-Identifier: Apache-2.0
#include "upkeep/announcer.hpp"

namespace sipsteer::upkeep {

namespace {

bool is_news(const LinkInfo &before, const LinkInfo &now) {
    return before.ifindex != now.ifindex || before.mac != now.mac || !before.up;
}

} // namespace

std::vector<Place> Announcer::note(const std::map<Place, LinkInfo> &vips) {
    std::vector<Place> due;
    std::erase_if(known_, [&](const auto &item) { return !vips.contains(item.first); });
    for (const auto &[place, link] : vips) {
        const auto [item, is_new] = known_.try_emplace(place);
        if (link.up && (is_new || is_news(item->second.link, link))) {
            item->second.left = kTimes - 1;
            due.push_back(place);
        }
        item->second.link = link;
    }
    return due;
}

std::vector<Place> Announcer::tick() {
    std::vector<Place> due;
    for (auto &[place, known] : known_) {
        if (known.left > 0 && known.link.up) {
            known.left--;
            due.push_back(place);
        }
    }
    return due;
}

} // namespace sipsteer::upkeep
