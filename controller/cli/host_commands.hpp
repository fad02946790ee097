// SPDX-License-Identifier: Apache-2.0
//
// The commands that need libbpf, libxdp, libmnl or libpcap: libexec/sipsteer/sipsteer-host runs
// them. sipsteer does without these libraries, so that it starts at once, and hands its command
// line over.
#pragma once

#include "cli/calls_commands.hpp"
#include "cli/context.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sipsteer::cli {

constexpr const char *kUsualFile = "/etc/sipsteer/sipsteer.conf";

struct DoctorOptions {
    std::string config_file; // empty: the daemon's configuration, or the usual file
    std::vector<std::string> only;
    std::vector<std::string> skip;
    bool list = false;
    bool verbose = false;
};

struct ExplainOptions {
    CallWanted call;      // its source also of a datagram
    std::string datagram; // file
    std::string pcap;     // file
    std::string secret;   // file
    std::string service;
    std::uint16_t port = 5060;
    bool offline = false;
};

/// How a program does these commands. They give the exit code.
struct HostCommands {
    std::function<int(const Context &, const DoctorOptions &)> doctor;
    std::function<int(const Context &, const ExplainOptions &)> explain_capture;
};

/// By itself; in the room cli/host.
int run_doctor(const Context &context, const DoctorOptions &options);
int explain_capture(const Context &context, const ExplainOptions &options);

/// By running sipsteer-host with the same command line. Returns only if that failed, and has said
/// so.
int run_host_program(char **argv);

} // namespace sipsteer::cli
