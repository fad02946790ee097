// SPDX-License-Identifier: Apache-2.0
#include "cli/input_file.hpp"

#include "base/fd.hpp"

#include <array>
#include <fcntl.h>

namespace sipsteer::cli {

namespace {

Result<std::string> read_all(int file, const std::string &name) {
    std::string bytes;
    std::array<char, 65536> piece;
    for (;;) {
        const auto got = ::read(file, piece.data(), piece.size());
        if (got == 0) {
            return bytes;
        }
        if (got > 0) {
            bytes.append(piece.data(), static_cast<std::size_t>(got));
        } else if (errno != EINTR) {
            return system_error(name);
        }
    }
}

} // namespace

Result<std::string> read_input(const std::string &file) {
    if (file == "-") {
        return read_all(STDIN_FILENO, "standard input");
    }
    const Fd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    return opened ? read_all(opened.get(), file) : Result<std::string>(system_error(file));
}

} // namespace sipsteer::cli
