// SPDX-License-Identifier: Apache-2.0
#include "cluster/password.hpp"

#include <algorithm>
#include <fstream>

namespace sipsteer::cluster {

Result<std::string> read_password(const std::string &file) {
    constexpr std::size_t kMostBytes = 4096;
    std::ifstream in(file);
    std::string text(kMostBytes, '\0');
    if (!in) {
        return system_error(file);
    }
    in.read(text.data(), kMostBytes);
    text.resize(static_cast<std::size_t>(in.gcount()));
    text.resize(std::min(text.size(), text.find_first_of("\r\n")));
    if (text.empty()) {
        return Error{file + ": no password in its first line"};
    }
    return text;
}

} // namespace sipsteer::cluster
