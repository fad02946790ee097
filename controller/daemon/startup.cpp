// SPDX-License-Identifier: Apache-2.0
#include "daemon/startup.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <utility>

namespace sipsteer::daemon {

namespace {

/// Whether the directory that was opened is still the one with that name.
bool is_at(const Fd &directory, const std::string &path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(directory.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

Result<Fd> lock_directory(const std::string &field, const std::string &path) {
    for (;;) {
        std::error_code failed;
        std::filesystem::create_directories(path, failed);
        Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory) {
            return system_error(field + ": " + path);
        }
        if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
            return errno == EWOULDBLOCK ? Error{field + ": another sipsteerd uses " + path}
                                        : system_error(field + ": cannot lock " + path);
        }
        // A daemon that detaches removes its pin_dir: then the lock is on nothing, take the next.
        if (is_at(directory, path)) {
            return directory;
        }
    }
}

} // namespace

Result<std::vector<Fd>> lock_directories(const config::Config &config) {
    std::vector<Fd> locks;
    for (const auto &[field, path] :
         {std::pair("state_dir", config.state_dir), std::pair("pin_dir", config.pin_dir)}) {
        auto lock = lock_directory(field, path);
        if (!lock) {
            return lock.error();
        }
        locks.push_back(std::move(*lock));
    }
    return locks;
}

} // namespace sipsteer::daemon
