// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "calls/naming/key.hpp"

#include <string>
#include <string_view>

namespace sipsteer::cli {

/// The hash's secret, and whose it is.
struct KnownSecret {
    calls::Secret secret{};         // all zero: a stand-in that gives the same keys everywhere
    std::string_view from = "zero"; // or "file", "state_dir"
};

/// That of a file of 16 bytes; an error if it cannot be had from there.
Result<KnownSecret> read_secret(const std::string &file);

/// That of the daemon's state directory if it can be read; else the stand-in.
KnownSecret find_secret(const std::string &state_dir);

} // namespace sipsteer::cli
