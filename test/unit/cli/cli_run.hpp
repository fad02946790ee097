// SPDX-License-Identifier: Apache-2.0
//
// The program sipsteer, run as a person runs it.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace sipsteer::test {

struct Outcome {
    int exit_code = -1;
    std::string output; // what the command prints, on standard output
};

inline Outcome run_shell(const std::string &command) {
    std::FILE *pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Outcome outcome;
    std::array<char, 4096> piece{};
    for (std::size_t got = 0; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
        outcome.output.append(piece.data(), got);
    }
    outcome.exit_code = WEXITSTATUS(pclose(pipe));
    return outcome;
}

/// The standard error's text is in the output, too.
inline Outcome run_sipsteer(const std::string &arguments) {
    return run_shell(std::string(SIPSTEER_PROGRAM) + ' ' + arguments + " 2>&1");
}

/// Its command line for a daemon at `socket`.
inline std::string sipsteer_command(const std::string &socket, const std::string &arguments) {
    return "SIPSTEER_API=" + socket + ' ' + SIPSTEER_PROGRAM + ' ' + arguments;
}

inline Outcome run_sipsteer(const std::string &socket, const std::string &arguments) {
    return run_shell(sipsteer_command(socket, arguments) + " 2>&1");
}

} // namespace sipsteer::test
