// SPDX-License-Identifier: Apache-2.0
//
// By which words the keeper knows what it keeps.
#pragma once

#include "kernel/dataplane/attachment.hpp"
#include "upkeep/plan.hpp"

#include <algorithm>
#include <string>

namespace sipsteer::upkeep {

/// "interface eth0"
inline std::string about(const std::string &interface) {
    return "interface " + interface;
}

/// "vip 198.51.100.100 on eth0"
inline std::string about(const Place &place) {
    return "vip " + place.address.to_string() + " on " + place.interface;
}

/// An iterator to the program of that interface; the end if there is none.
template <typename Programs>
auto find_program(Programs &programs, const std::string &interface) {
    return std::find_if(programs.begin(), programs.end(),
                        [&](const auto &program) { return program.interface == interface; });
}

} // namespace sipsteer::upkeep
