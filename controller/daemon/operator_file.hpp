// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/parse.hpp"

#include <string>

namespace sipsteer::daemon {

/// The operator's configuration file as it was at one moment.
struct OperatorFile {
    config::Parsed parsed;
    std::string hash; // of its bytes; empty if it cannot be read
};

OperatorFile read_operator_file(const std::string &path);

} // namespace sipsteer::daemon
