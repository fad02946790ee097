// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/secret.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/random.h>

namespace sipsteer::dataplane {

namespace {

using Secret = std::array<std::uint64_t, 2>;

Result<Secret> read_secret(const Fd &file, const std::string &path) {
    Secret secret{};
    const auto got = ::read(file.get(), secret.data(), sizeof(secret));
    char extra = 0;
    if (got != static_cast<ssize_t>(sizeof(secret)) || ::read(file.get(), &extra, 1) != 0) {
        return Error{"state_dir: " + path +
                     " does not have 16 bytes; remove it, so that the daemon makes a new one"};
    }
    return secret;
}

Status write_file(const std::string &path, const Secret &secret) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) {
        return system_error("state_dir: cannot write " + path);
    }
    if (::write(file.get(), secret.data(), sizeof(secret)) !=
            static_cast<ssize_t>(sizeof(secret)) ||
        ::fsync(file.get()) != 0) {
        return system_error("state_dir: cannot write " + path);
    }
    return Done{};
}

/// Whole or not at all: a secret that a crash cut short would scatter all calls.
Result<Secret> make_secret(const std::string &path) {
    Secret secret{};
    if (::getrandom(secret.data(), sizeof(secret), 0) != static_cast<ssize_t>(sizeof(secret))) {
        return system_error("cannot get random bytes");
    }
    const auto draft = path + ".new";
    if (auto written = write_file(draft, secret); !written) {
        return written.error();
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) {
        return system_error("state_dir: cannot rename " + draft);
    }
    return secret;
}

} // namespace

Result<Secret> load_or_make_secret(const std::string &state_dir) {
    std::error_code failed;
    std::filesystem::create_directories(state_dir, failed);
    if (failed) {
        return Error{"state_dir: cannot make " + state_dir + ": " + failed.message()};
    }
    const auto path = state_dir + "/secret";
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file) {
        return read_secret(file, path);
    }
    if (errno != ENOENT) {
        return system_error("state_dir: cannot read " + path);
    }
    return make_secret(path);
}

} // namespace sipsteer::dataplane
