// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "kernel/dataplane/attachment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::upkeep {

/// What was gone and put back since the start of the daemon, of one thing.
struct Repair {
    std::uint64_t count = 0;
    std::string found; // the last time: "the program is gone"
};

/// A configured interface as it was at the last look.
struct InterfaceState {
    std::string name;
    std::optional<dataplane::Attachment> program; // in force; absent: none of ours is
    bool up = false;                              // switched on and with carrier
    std::string problem;                          // empty: it is well
    Repair repair;
};

/// A VIP that the daemon is to keep on an interface.
struct VipState {
    Address address;
    std::string interface;
    bool present = false;
    std::string problem;
    Repair repair;
};

/// Counts of all that was put back.
struct Repairs {
    std::uint64_t programs = 0;
    std::uint64_t vips = 0;
    std::uint64_t pins = 0; // of maps
};

/// What of ours is on the host.
struct State {
    std::vector<InterfaceState> interfaces;
    std::vector<VipState> vips;
    Repairs repairs;
};

} // namespace sipsteer::upkeep
