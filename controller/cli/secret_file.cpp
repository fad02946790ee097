// SPDX-License-Identifier: Apache-2.0
#include "cli/secret_file.hpp"

#include "cli/input_file.hpp"

#include <cstring>

namespace sipsteer::cli {

Result<KnownSecret> read_secret(const std::string &file) {
    const auto bytes = read_input(file);
    if (!bytes) {
        return bytes.error();
    }
    KnownSecret known{{}, "file"};
    if (bytes->size() != sizeof(known.secret)) {
        return Error{file + ": a secret has 16 bytes, this file has " +
                     std::to_string(bytes->size()) + " bytes"};
    }
    std::memcpy(known.secret.data(), bytes->data(), sizeof(known.secret));
    return known;
}

KnownSecret find_secret(const std::string &state_dir) {
    auto known = read_secret(state_dir + "/secret");
    if (!known) {
        return {};
    }
    known->from = "state_dir";
    return *known;
}

} // namespace sipsteer::cli
