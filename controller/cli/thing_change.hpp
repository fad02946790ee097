// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/thing.hpp"

namespace sipsteer::cli {

/// A change of one thing, as the API has it: POST adds it, PATCH sets fields, DELETE removes it.
struct ThingChange {
    std::string method;
    Thing thing;
    nlohmann::json body = nullptr; // null: none
    bool dry_run = false;          // print the differences and change nothing
};

/// Makes the change and prints the differences, or the daemon's report as JSON. Gives the exit
/// code; the standard error says what the daemon refused.
int change_thing(const Context &context, const ThingChange &change);

} // namespace sipsteer::cli
