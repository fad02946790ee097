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
    if (bytes_ + frame.frame.size() > most_bytes_) {
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

std::size_t Store::expire(std::uint32_t now) {
    std::size_t dropped = 0;
    for (auto datagram = waiting_.begin(); datagram != waiting_.end();) {
        auto &frames = datagram->second;
        const auto old = [&](const HeldFrame &frame) {
            // A frame noted a moment after `now` was read is not old.
            const std::uint32_t age = now - frame.held.since;
            return age > lifetime_ && age < UINT32_MAX / 2;
        };
        for (const auto &frame : frames) {
            if (old(frame)) {
                bytes_ -= frame.frame.size();
                dropped++;
            }
        }
        std::erase_if(frames, old);
        datagram = frames.empty() ? waiting_.erase(datagram) : std::next(datagram);
    }
    return dropped;
}

} // namespace sipsteer::fragments
