// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/client.hpp"

#include <string>

namespace sipsteer::cli {

/// A configuration for the daemon, in the form of its file.
struct NewConfig {
    std::string text;
    std::string tag = {}; // of the configuration that it replaces; empty: whatever is in force
    bool dry_run = false; // print the differences and change nothing
};

/// Replaces the whole configuration and prints the differences, or the daemon's report as JSON. The
/// answer has the report; if it is not ok(), the standard error says why.
ApiAnswer replace_config(const Context &context, const NewConfig &next);

} // namespace sipsteer::cli
