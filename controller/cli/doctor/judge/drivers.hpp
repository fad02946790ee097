// SPDX-License-Identifier: Apache-2.0
//
// What is known of drivers and no kernel tells: from their sources, as the table of
// deploy/guide.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sipsteer::doctor {

struct DriverNote {
    std::string_view driver; // as ethtool -i has it
    bool redirects = true;   // its program can send frames out of another interface
    bool takes = true;       // programs of other interfaces can send frames out of it
    bool stops = false;      // its queues stop when another program takes the place of one
};

/// Those with something to say.
std::span<const DriverNote> driver_notes();

/// Of a driver without a note: nothing speaks against it.
DriverNote note_on(std::string_view driver);

/// "eth0 (ice)", or the name alone if the driver is not known.
std::string with_driver(const std::string &name, std::string_view driver);

} // namespace sipsteer::doctor
