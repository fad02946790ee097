// SPDX-License-Identifier: Apache-2.0
#include "fragments/store.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sipsteer::fragments {

bool KeyOrder::operator()(const ss_fragment_key &a, const ss_fragment_key &b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
}

std::size_t Store::add(HeldFrame frame) {
    if (frame.frame.size() > most_bytes_) {
        return 1;
    }
    std::size_t given_up = 0;
    while (bytes_ + frame.frame.size() > most_bytes_) {
        given_up += give_up_oldest();
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
std::size_t Store::give_up_oldest() {
    const auto oldest = waiting_.find(order_.front());
    order_.pop_front();
    if (oldest == waiting_.end()) {
        return 0;
    }
    const std::size_t frames = oldest->second.size();
    for (const auto &frame : oldest->second) {
        bytes_ -= frame.frame.size();
    }
    waiting_.erase(oldest);
    return frames;
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
    forget_gone();
    return dropped;
}

void Store::forget_gone() {
    while (!order_.empty() && !waiting_.contains(order_.front())) {
        order_.pop_front();
    }
}

} // namespace sipsteer::fragments
