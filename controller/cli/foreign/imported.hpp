// SPDX-License-Identifier: Apache-2.0
//
// The farm of another balancer, read from its own file.
#pragma once

#include "config/model.hpp"

#include <string>
#include <vector>

namespace sipsteer::foreign {

/// About a line of the file, for a person.
struct Remark {
    unsigned line = 0;     // from 1; 0: about the whole file
    bool left_out = false; // something of the line is not in the configuration
    std::string text;

    bool operator==(const Remark &) const = default;
};

/// A configuration that has the farm, and what a person must know of the rest. Nothing of the file
/// is missing without a remark.
struct Imported {
    config::Config config;
    std::vector<Remark> remarks; // by line

    bool is_whole() const;
};

/// What a file does not say.
struct Wanted {
    std::string interface;         // of the program; empty: from the file, or a guess
    std::vector<std::string> vips; // of a dispatcher's sets, in their order: "198.51.100.100:5060"
};

} // namespace sipsteer::foreign
