// SPDX-License-Identifier: Apache-2.0
#include "cli/times.hpp"

#include "cli/words.hpp"
#include "config/duration.hpp"

namespace sipsteer::cli {

std::optional<std::chrono::milliseconds> parse_time(const std::string &text) {
    if (text.empty() || text.back() != 'd') {
        return config::parse_duration(text);
    }
    const auto hours = config::parse_duration(text.substr(0, text.size() - 1) + 'h');
    return hours ? std::optional(*hours * 24) : std::nullopt;
}

Result<std::chrono::milliseconds> read_time(const std::string &option, const std::string &text) {
    const auto time = parse_time(text);
    return time ? Result<std::chrono::milliseconds>(*time)
                : Error{option + ": \"" + printable(text) +
                        "\" is not a time; write it like 30s, 10m, 2h or 1d"};
}

} // namespace sipsteer::cli
