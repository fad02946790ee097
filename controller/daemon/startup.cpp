// SPDX-License-Identifier: Apache-2.0
#include "daemon/startup.hpp"

#include "util/log.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace sipsteer::daemon {

Result<Fd> lock_pin_dir(const std::string &pin_dir) {
    std::error_code failed;
    std::filesystem::create_directories(pin_dir, failed);
    Fd directory(::open(pin_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) {
        return system_error("pin_dir: " + pin_dir);
    }
    if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? Error{"pin_dir: another sipsteerd runs over the maps in " + pin_dir}
                   : system_error("pin_dir: cannot lock " + pin_dir);
    }
    return directory;
}

namespace {

void report(const dataplane::Attachment &attachment) {
    log::info(attachment.replaced ? "xdp_replaced" : "xdp_attached",
              {{"interface", attachment.interface},
               {"mode", attachment.native ? "native" : "generic"},
               {"dispatcher", attachment.dispatcher},
               {"program_id", attachment.program_id}});
    if (!attachment.native_problem.empty()) {
        log::warn("xdp_generic", {{"interface", attachment.interface},
                                  {"problem", attachment.native_problem},
                                  {"effect", "slower: every packet becomes an sk_buff first"}});
    }
}

} // namespace

Result<std::vector<dataplane::Attachment>> attach_all(const config::Config &config,
                                                      const dataplane::MapOptions &options,
                                                      const dataplane::Maps &maps) {
    std::vector<dataplane::Attachment> attachments;
    for (const auto &interface : config.interfaces) {
        auto attachment = dataplane::attach(interface, options, maps);
        if (!attachment) {
            for (const auto &done : attachments) {
                if (!done.replaced) {
                    (void)dataplane::detach(done.interface, options.pin_dir);
                }
            }
            return attachment.error();
        }
        report(*attachment);
        attachments.push_back(*attachment);
    }
    return attachments;
}

Status detach_all(const config::Config &config) {
    Status status = Done{};
    for (const auto &interface : config.interfaces) {
        if (auto done = dataplane::detach(interface.name, config.pin_dir); !done) {
            status = done;
        } else {
            log::info("xdp_detached", {{"interface", interface.name}});
        }
    }
    if (!status) {
        return status; // the maps tell our programs from others': they stay for another try
    }
    return dataplane::remove_pins(config.pin_dir);
}

} // namespace sipsteer::daemon
