// SPDX-License-Identifier: Apache-2.0
#include "fragments/store.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sipsteer::fragments {

bool KeyOrder::operator()(const ss_fragment_key &a, const ss_fragment_key &b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
}

bool Store::add(HeldFrame frame) {
    if (!has_room_for(frame)) {
        return false;
    }
    bytes_ += frame.frame.size();
    waiting_[frame.held.key].push_back(std::move(frame));
    return true;
}

std::vector<HeldFrame> Store::take(const std::function<bool(const ss_fragment_key &)> &ready) {
    std::vector<HeldFrame> taken;
    for (auto datagram = waiting_.begin(); datagram != waiting_.end();) {
        if (!ready(datagram->first)) {
            ++datagram;
            continue;
        }
        for (auto &frame : datagram->second) {
            bytes_ -= frame.frame.size();
            taken.push_back(std::move(frame));
        }
        datagram = waiting_.erase(datagram);
    }
    return taken;
}

std::vector<HeldFrame> Store::expire(std::uint32_t now) {
    std::vector<HeldFrame> expired;
    const auto young = [&](const HeldFrame &frame) {
        // A frame noted a moment after `now` was read is not old.
        const std::uint32_t age = now - frame.held.since;
        return age <= lifetime_ || age >= UINT32_MAX / 2;
    };
    for (auto datagram = waiting_.begin(); datagram != waiting_.end();) {
        auto &frames = datagram->second;
        const auto old = std::stable_partition(frames.begin(), frames.end(), young);
        std::for_each(old, frames.end(),
                      [&](const HeldFrame &frame) { bytes_ -= frame.frame.size(); });
        expired.insert(expired.end(), std::make_move_iterator(old),
                       std::make_move_iterator(frames.end()));
        frames.erase(old, frames.end());
        datagram = frames.empty() ? waiting_.erase(datagram) : std::next(datagram);
    }
    return expired;
}

} // namespace sipsteer::fragments
