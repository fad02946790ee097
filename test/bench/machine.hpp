// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sipsteer::bench {

/// What the figures are of.
struct Machine {
    std::string kernel;
    std::string cpu; // model
    unsigned cores;
};

Machine this_machine();

/// Now, as RFC 3339 writes it.
std::string date();

/// Binds this process to the CPU it is on: the figures are of one core.
void stay_on_this_cpu();

} // namespace sipsteer::bench
