// SPDX-License-Identifier: Apache-2.0
//
// The configuration of the running daemon. All give the exit code.
#pragma once

#include "cli/context.hpp"

namespace sipsteer::cli {

/// Prints the configuration in force, complete, in the form of the file.
int show_config(const Context &context);

/// Opens the configuration in force in an editor and replaces it with the result, unless it has
/// changed meanwhile. If the result is refused, the file with it stays and the standard error names
/// the file.
int edit_config(const Context &context);

/// Makes the daemon write the configuration in force to the operator's file.
int save_config(const Context &context);

} // namespace sipsteer::cli
