// SPDX-License-Identifier: Apache-2.0
#include "cli/times.hpp"

#include "cli/words.hpp"
#include "config/duration.hpp"

namespace sipsteer::cli {

Result<std::chrono::milliseconds> read_time(const std::string &option, const std::string &text) {
    const auto time = config::parse_duration(text);
    return time ? Result<std::chrono::milliseconds>(*time)
                : Error{option + ": \"" + printable(text) +
                        "\" is not a time; write it like 30s, 10m or 2h"};
}

} // namespace sipsteer::cli
