// SPDX-License-Identifier: Apache-2.0
//
// What XDP programs are on an interface, ours and others', for people to read. Changes nothing.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sipsteer::dataplane {

struct PresentProgram {
    std::string name;
    std::uint32_t id = 0;
    bool ours = false; // it uses a call table of ours
    bool jited = false;
};

struct Present {
    bool native = false;                  // false: generic; meaningless without a program
    bool dispatcher = false;              // they share the interface through libxdp's dispatcher
    std::vector<PresentProgram> programs; // in the order in which they run

    /// False: programs cannot be opened for want of rights. There is one entry at most then, the
    /// program's or dispatcher's id, and nothing else is known of it.
    bool complete = true;
};

/// Ours are told by the call tables pinned below `pin_dir`.
Result<Present> present_on(std::uint32_t ifindex, const std::string &pin_dir);

} // namespace sipsteer::dataplane
