// SPDX-License-Identifier: Apache-2.0
//
// The subcommands.
#pragma once

#include "figures.hpp"
#include "plane.hpp"

#include <cstddef>
#include <string>

namespace sipsteer::bench {

struct Options {
    std::size_t runs = 0; // of each measurement; 0: the subcommand's own choice
    bool quick = false;   // few runs, few calls: to see that it works, not to measure
    ObjectSource object;
    std::string only; // scenarios whose name has this in it

    std::size_t runs_or(std::size_t usual, std::size_t quickly) const {
        if (runs != 0) {
            return runs;
        }
        return quick ? quickly : usual;
    }
};

/// ns a packet of the whole program.
Report measure_packet(const Options &options);

/// The Call-ID finder and the hash, natively and in BPF.
Report measure_scan(const Options &options);

/// The call table beside the kernel's hash maps.
Report measure_calls(const Options &options);

} // namespace sipsteer::bench
