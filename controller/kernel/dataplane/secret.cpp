// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/secret.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "kernel/dataplane/program_info.hpp"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/random.h>

namespace sipsteer::dataplane {

namespace {

using Secret = std::array<std::uint64_t, 2>;

/// Nothing if the file does not have 16 bytes.
std::optional<Secret> read_secret(const Fd &file) {
    Secret secret{};
    const auto got = ::read(file.get(), secret.data(), sizeof(secret));
    char extra = 0;
    if (got != static_cast<ssize_t>(sizeof(secret)) || ::read(file.get(), &extra, 1) != 0) {
        return std::nullopt;
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
Status save_secret(const std::string &path, const Secret &secret) {
    const auto draft = path + ".new";
    if (auto written = write_file(draft, secret); !written) {
        return written.error();
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) {
        return system_error("state_dir: cannot rename " + draft);
    }
    return Done{};
}

/// That of the program that steers, so that running calls keep their servers; else a new one.
Result<Secret> replace_secret(const std::string &path, const std::string &pin_dir) {
    const auto in_force = secret_of_pinned_program(pin_dir);
    Secret secret = in_force.value_or(Secret{});
    if (!in_force &&
        ::getrandom(secret.data(), sizeof(secret), 0) != static_cast<ssize_t>(sizeof(secret))) {
        return system_error("cannot get random bytes");
    }
    if (auto saved = save_secret(path, secret); !saved) {
        return saved.error();
    }
    log::info(in_force ? "secret_recovered" : "secret_made", {{"file", path}});
    return secret;
}

void set_aside(const std::string &path) {
    const auto kept = path + ".damaged";
    const bool renamed = std::rename(path.c_str(), kept.c_str()) == 0;
    log::warn("state_file_damaged",
              {{"file", path},
               {"problem", "it does not have 16 bytes"},
               {"kept_as", renamed ? kept : std::string()},
               {"effect", "unless a program in the kernel has it, there is a new secret: calls "
                          "change servers, and other directors choose other servers"}});
}

} // namespace

Result<Secret> load_or_make_secret(const std::string &state_dir, const std::string &pin_dir) {
    std::error_code failed;
    std::filesystem::create_directories(state_dir, failed);
    if (failed) {
        return Error{"state_dir: cannot make " + state_dir + ": " + failed.message()};
    }
    const auto path = state_dir + "/secret";
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno != ENOENT) {
        return system_error("state_dir: cannot read " + path);
    }
    if (file) {
        if (const auto secret = read_secret(file)) {
            return *secret;
        }
        set_aside(path);
    }
    return replace_secret(path, pin_dir);
}

} // namespace sipsteer::dataplane
