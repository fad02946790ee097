// SPDX-License-Identifier: Apache-2.0
#include "http/secret_file.hpp"

#include "base/log.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace sipsteer::http {

bool keeps_secret(mode_t mode) {
    return (mode & (S_IWGRP | S_IRWXO)) == 0;
}

void warn_if_open(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !keeps_secret(status.st_mode)) {
        log::warn("api_secret_open", {{"file", path},
                                      {"mode", fmt::format("{:04o}", status.st_mode & 07777U)},
                                      {"remedy", "chmod 640, or less"}});
    }
}

} // namespace sipsteer::http
