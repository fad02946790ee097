// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <string>

namespace sipsteer::doctor {

/// Where the daemon's API is, as the command line has it.
struct ApiPlace {
    std::string socket; // empty: TCP
    std::string host;
};

/// What is to be known before a configuration is chosen: the daemon's process, or that it is on
/// another host or in another network namespace.
void gather_place(const ApiPlace &place, Facts &facts);

/// A configuration file; one that is not there is not an error yet.
ConfigFile read_config(const std::string &path, bool named);

/// What the checks need of this host and its network (enum Needs), by facts.config.
void gather_host_facts(unsigned needs, Facts &facts);

} // namespace sipsteer::doctor
