// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <termios.h>

namespace sipsteer::cli {

/// The terminal as `sipsteer top` has it: another screen, no cursor, no echo, long lines cut off
/// and not wrapped (ECMA-48 and xterm's sequences). As it was before, afterwards.
class Terminal {
public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    /// For how many lines there is room now.
    static std::size_t lines();

    /// Shows as many lines of the text as there is room for.
    static void draw(const std::string &text);

    /// Waits for a key for so long, or for a new size. True: end, by q, Ctrl-C or a signal.
    static bool wants_end(int milliseconds);

private:
    termios before_{};
};

} // namespace sipsteer::cli
