// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <string>

namespace sipsteer::doctor {

/// Who listens on a Unix socket. Connects to it and says nothing.
Known<Process> process_behind(const std::string &socket);

/// The soft limit of that name in /proc/PID/limits; nothing if there is none, or no such line.
std::optional<std::uint64_t> limit_in(const std::string &limits, const std::string &name);

/// The configuration file on sipsteerd's command line, as /proc/PID/cmdline has it; empty: not
/// there.
std::string config_file_in(const std::string &command_line);

/// The path in the unified hierarchy, by /proc/PID/cgroup; empty: not in one.
std::string cgroup_in(const std::string &cgroups);

} // namespace sipsteer::doctor
