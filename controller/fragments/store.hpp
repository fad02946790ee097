// SPDX-License-Identifier: Apache-2.0
//
// The fragments that wait for their datagram's first one, within bounds. Pure: time is passed in.
#pragma once

#include "fragments/frame.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

namespace sipsteer::fragments {

struct HeldFrame {
    ss_held held{};
    Frame frame; // as it came in
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

    bool has_room_for(const HeldFrame &frame) const {
        return bytes_ + frame.frame.size() <= most_bytes_;
    }

    /// False if there is no room for it.
    bool add(HeldFrame frame);

    /// Takes out the fragments of the datagrams that `ready` says are under way.
    std::vector<HeldFrame> take(const std::function<bool(const ss_fragment_key &)> &ready);

    /// Takes out what has waited too long. `now` in fragment ticks.
    std::vector<HeldFrame> expire(std::uint32_t now);

    bool empty() const { return waiting_.empty(); }
    std::size_t bytes() const { return bytes_; }

private:
    std::size_t most_bytes_;
    std::uint32_t lifetime_;
    std::size_t bytes_ = 0;
    std::map<ss_fragment_key, std::vector<HeldFrame>, KeyOrder> waiting_;
};

} // namespace sipsteer::fragments
