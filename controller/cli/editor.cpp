// SPDX-License-Identifier: Apache-2.0
#include "cli/editor.hpp"

#include "cli/waiting.hpp"

#include <csignal>
#include <cstdlib>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

std::string editor() {
    for (const char *name : {"VISUAL", "EDITOR"}) {
        if (const char *value = std::getenv(name); value != nullptr && *value != '\0') {
            return value;
        }
    }
    return "vi";
}

/// The shell splits the command, because it may have options. The child gets all signals.
Result<pid_t> start(const std::string &command, const std::string &file) {
    const std::string script = command + " \"$@\"";
    std::string words[] = {"sh", "-c", script, command, file};
    char *arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                         words[3].data(), words[4].data(), nullptr};
    posix_spawnattr_t attributes;
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, arguments, environ);
    ::posix_spawnattr_destroy(&attributes);
    return failed == 0 ? Result<pid_t>(child) : system_error("/bin/sh", failed);
}

} // namespace

Status run_editor(const std::string &file) {
    const Signals held({SIGINT, SIGQUIT});
    const std::string command = editor();
    const auto child = start(command, file);
    if (!child) {
        return child.error();
    }
    int state = 0;
    while (::waitpid(*child, &state, 0) < 0) {
        if (errno != EINTR) {
            return system_error(command);
        }
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) {
        return Done{};
    }
    return Error{"the editor \"" + command + "\" failed" +
                 (WIFEXITED(state) ? " with exit code " + std::to_string(WEXITSTATUS(state))
                                   : " by signal " + std::to_string(WTERMSIG(state)))};
}

} // namespace sipsteer::cli
