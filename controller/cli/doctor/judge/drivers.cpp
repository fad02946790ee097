// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/drivers.hpp"

#include <array>

namespace sipsteer::doctor {

namespace {

constexpr std::array kNotes = {
    DriverNote{.driver = "ixgbevf", .redirects = false},
    DriverNote{.driver = "nfp", .redirects = false, .takes = false},
    DriverNote{.driver = "mlx4_en", .takes = false},
    DriverNote{.driver = "igc", .stops = true},
    DriverNote{.driver = "bnxt_en", .stops = true},
    DriverNote{.driver = "qede", .stops = true},
    DriverNote{.driver = "gve", .stops = true},
};

} // namespace

std::span<const DriverNote> driver_notes() {
    return kNotes;
}

DriverNote note_on(std::string_view driver) {
    for (const auto &note : kNotes) {
        if (note.driver == driver) {
            return note;
        }
    }
    return {.driver = driver};
}

std::string with_driver(const std::string &name, std::string_view driver) {
    return driver.empty() ? name : name + " (" + std::string(driver) + ")";
}

} // namespace sipsteer::doctor
