// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <ctime>
#include <fstream>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace sipsteer::bench {

namespace {

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown";
}

} // namespace

Machine this_machine() {
    utsname names{};
    uname(&names);
    return {names.release, cpu_model(), static_cast<unsigned>(sysconf(_SC_NPROCESSORS_ONLN))};
}

std::string date() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

void stay_on_this_cpu() {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &cpus);
    // Only makes the figures steadier: no error if it is not allowed.
    sched_setaffinity(0, sizeof(cpus), &cpus);
}

} // namespace sipsteer::bench
