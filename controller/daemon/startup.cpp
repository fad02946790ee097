// SPDX-License-Identifier: Apache-2.0
#include "daemon/startup.hpp"

#include "base/log.hpp"

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

namespace {

void report(const dataplane::Attachment &attachment) {
    log::info(attachment.replaced ? "xdp_replaced" : "xdp_attached",
              {{"interface", attachment.interface},
               {"mode", dataplane::mode_word(attachment.native)},
               {"dispatcher", attachment.dispatcher},
               {"program_id", attachment.program_id}});
    if (!attachment.native_problem.empty()) {
        log::warn("xdp_generic", {{"interface", attachment.interface},
                                  {"problem", attachment.native_problem},
                                  {"effect", "slower: every packet becomes an sk_buff first"}});
    }
}

} // namespace

Status attach_all(const config::Config &config, const dataplane::MapOptions &options,
                  const dataplane::Maps &maps, std::vector<dataplane::Attachment> &attachments) {
    std::vector<std::string> names;
    for (const auto &interface : config.interfaces) {
        auto attachment = dataplane::attach(interface, options, maps);
        if (!attachment) {
            return attachment.error();
        }
        report(*attachment);
        attachments.push_back(*attachment);
        names.push_back(interface.name);
    }
    return dataplane::detach_except(names, config.pin_dir);
}

Status detach_all(const config::Config &config) {
    if (auto done = dataplane::detach_except({}, config.pin_dir); !done) {
        return done; // the maps tell our programs from others': they stay for another try
    }
    return dataplane::remove_pins(config.pin_dir);
}

} // namespace sipsteer::daemon
