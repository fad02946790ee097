// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/memory.hpp"

#include <fstream>
#include <string>

namespace sipsteer::dataplane {

std::optional<std::uint64_t> memory_available() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    std::string unit;
    std::uint64_t kilobytes = 0;
    while (file >> name >> kilobytes) {
        if (name == "MemAvailable:") {
            return kilobytes * 1024;
        }
        std::getline(file, unit);
    }
    return std::nullopt;
}

} // namespace sipsteer::dataplane
