// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exit_code.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// What all commands are told on the command line.
struct Context {
    std::string api;             // where the daemon answers: a socket's path or an URL
    bool api_given = false;      // it is not the default
    std::string token_file;      // with the bearer token; empty: none, or SIPSTEER_TOKEN
    bool token_in_clear = false; // send the token even where the network can read it
    std::string ca_file;         // whose certificates to trust over https; empty: the system's
    std::string output = "text";

    bool json() const { return output == "json"; }
};

/// Says on the standard error what went wrong; returns the code it was given.
int fail(ExitCode code, const std::string &message);

/// Bytes that are no UTF-8 are replaced. One line, or indented for people to read.
void print_json(const nlohmann::json &json, bool one_line = false);

/// The standard output is a terminal, and NO_COLOR (no-color.org) is not set.
bool use_colour();

} // namespace sipsteer::cli
