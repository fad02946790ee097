// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/left_open.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

namespace sipsteer::dataplane {

namespace fs = std::filesystem;

namespace {

/// This process's descriptors of BPF programs.
std::set<int> program_fds() {
    std::set<int> found;
    std::error_code failed;
    for (fs::directory_iterator entry("/proc/self/fd", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code gone;
        if (fs::read_symlink(entry->path(), gone) == "anon_inode:bpf-prog") {
            found.insert(std::stoi(entry->path().filename().string()));
        }
    }
    return found;
}

} // namespace

LeftOpen::LeftOpen() : kept_(program_fds()) {}

LeftOpen::~LeftOpen() {
    for (const int fd : program_fds()) {
        if (!kept_.contains(fd)) {
            ::close(fd);
        }
    }
}

} // namespace sipsteer::dataplane
