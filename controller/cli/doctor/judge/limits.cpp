// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <cstdio>

namespace sipsteer::doctor {

namespace {

/// Maps, sockets and files; the API's connections; a socket for each probe that is on its way.
std::uint64_t files_needed(const config::Config &config) {
    std::uint64_t servers = 0;
    for (const auto &pool : config.pools) {
        servers += pool.servers.size();
    }
    return 64 + 64 + servers;
}

/// Since 5.11 BPF's memory is charged to the control group, and RLIMIT_MEMLOCK is nothing to it.
bool locks_memory(const std::string &release) {
    unsigned major = 0;
    unsigned minor = 0;
    return std::sscanf(release.c_str(), "%u.%u", &major, &minor) == 2 &&
           (major < 5 || (major == 5 && minor < 11));
}

} // namespace

void judge_limits(const Facts &facts, Findings &findings) {
    if (!facts.process) {
        findings.skipped("the daemon's: " + facts.process.error().message);
        return;
    }
    const auto needed = files_needed(*facts.config);
    const auto files = facts.process->open_files;
    if (files && *files < needed) {
        findings.fail("the daemon may open " + std::to_string(*files) + " files but may need " +
                          std::to_string(needed) + ": probes and API requests would fail",
                      "LimitNOFILE=" + std::to_string(needed * 2) +
                          " in the unit (systemctl edit sipsteerd), then restart it");
    } else {
        findings.ok("open files: " + (files ? std::to_string(*files) : "no limit") + ", " +
                    std::to_string(needed) + " are enough");
    }
    const auto locked = facts.process->locked_memory;
    if (!locks_memory(facts.host.release)) {
        findings.ok("locked memory: this kernel does not count BPF maps");
    } else if (locked) {
        findings.fail("the daemon may lock " + std::to_string(*locked) +
                          " bytes of memory, and this kernel counts BPF maps as locked",
                      "LimitMEMLOCK=infinity in the unit (systemctl edit sipsteerd), then restart "
                      "it");
    } else {
        findings.ok("locked memory: no limit");
    }
}

} // namespace sipsteer::doctor
