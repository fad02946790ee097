// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/store.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sipsteer::fragments {

bool KeyOrder::operator()(const ss_fragment_key &a, const ss_fragment_key &b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
}

std::vector<HeldFrame> Store::add(HeldFrame frame) {
    std::vector<HeldFrame> given_up;
    if (frame.frame.size() > most_bytes_) {
        given_up.push_back(std::move(frame));
        return given_up;
    }
    while (bytes_ + frame.frame.size() > most_bytes_) {
        give_up_oldest(given_up);
    }
    bytes_ += frame.frame.size();
    auto &datagram = waiting_[frame.held.key];
    if (datagram.empty()) {
        order_.push_back(frame.held.key);
    }
    datagram.push_back(std::move(frame));
    return given_up;
}

/// The datagram that has waited longest: its first fragment is the least likely to come any more.
void Store::give_up_oldest(std::vector<HeldFrame> &given_up) {
    const auto oldest = waiting_.find(order_.front());
    order_.pop_front();
    if (oldest == waiting_.end()) {
        return;
    }
    for (auto &frame : oldest->second) {
        bytes_ -= frame.frame.size();
        given_up.push_back(std::move(frame));
    }
    waiting_.erase(oldest);
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
    forget_gone();
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
    forget_gone();
    return expired;
}

void Store::forget_gone() {
    while (!order_.empty() && !waiting_.contains(order_.front())) {
        order_.pop_front();
    }
}

} // namespace sipsteer::fragments
