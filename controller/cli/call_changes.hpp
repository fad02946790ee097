// SPDX-License-Identifier: Apache-2.0
//
// What an operator does with one call. Both give the exit code.
#pragma once

#include "cli/calls_commands.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): the library's
class App;
class Option;
} // namespace CLI

namespace sipsteer::cli {

/// Removes a call from the table. kExitFailed: no pool has it.
int delete_call(const Context &context, const CallWanted &wanted);

/// Moves a call to a server, SERVER or POOL/SERVER; empty: to the scheduler's next candidate.
int rehome_call(const Context &context, CallWanted wanted, const std::string &to);

/// Adds the Call-ID, and the options for pools that use more than it. Gives that of the Call-ID.
CLI::Option *add_call_argument(CLI::App &command, CallWanted &call);

} // namespace sipsteer::cli
