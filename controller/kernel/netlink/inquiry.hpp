// SPDX-License-Identifier: Apache-2.0
//
// Asking a segment who has an address, with frames of our own: the kernel never asks for an address
// that is its own, remembers one answer only, and may take it from its memory.
#pragma once

#include "base/address.hpp"
#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "packets/neighbour_frames.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

namespace sipsteer {

struct Question {
    std::uint32_t ifindex = 0; // the interface that has the segment's addresses
    packets::FrameSender from;
    Address target; // of the sender's family, or the sender's address is unspecified
};

/// Who answered each question, in their order. All are asked at once, by broadcast or multicast,
/// and once more after a while; answers are taken for `patience`. Needs CAP_NET_RAW.
Result<std::vector<std::set<MacAddress>>> ask_segments(const std::vector<Question> &questions,
                                                       std::chrono::milliseconds patience);

} // namespace sipsteer
