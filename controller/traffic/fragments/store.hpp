// SPDX-License-Identifier: Apache-2.0
//
// The fragments that wait for their datagram's first one, within bounds. Pure: time is passed in.
#pragma once

#include "traffic/fragments/frame.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <vector>

namespace sipsteer::fragments {

struct HeldFrame {
    ss_held held{};
    packets::Bytes frame; // as it came in
};

/// Orders datagrams by the bytes of their key.
struct KeyOrder {
    bool operator()(const ss_fragment_key &a, const ss_fragment_key &b) const;
};

class Store {
public:
    /// At most `most_bytes` of frames are held, each for at most `lifetime` fragment ticks.
    Store(std::size_t most_bytes, std::uint32_t lifetime)
        : most_bytes_(most_bytes), lifetime_(lifetime) {}

    /// Makes room by giving up the datagrams that have waited longest: a flood's first fragments
    /// never come, those of others do within milliseconds. What was given up.
    std::vector<HeldFrame> add(HeldFrame frame);

    /// Takes out the fragments of the datagrams that `ready` says are under way.
    std::vector<HeldFrame> take(const std::function<bool(const ss_fragment_key &)> &ready);

    /// Takes out what has waited too long. `now` in fragment ticks.
    std::vector<HeldFrame> expire(std::uint32_t now);

    bool empty() const { return waiting_.empty(); }
    std::size_t bytes() const { return bytes_; }

private:
    void give_up_oldest(std::vector<HeldFrame> &given_up);
    void forget_gone();

    std::size_t most_bytes_;
    std::uint32_t lifetime_;
    std::size_t bytes_ = 0;
    std::map<ss_fragment_key, std::vector<HeldFrame>, KeyOrder> waiting_;
    // Of those that wait, by their first held fragment; among them some that wait no more, or
    // again.
    std::deque<ss_fragment_key> order_;
};

} // namespace sipsteer::fragments
