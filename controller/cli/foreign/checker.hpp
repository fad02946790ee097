// SPDX-License-Identifier: Apache-2.0
//
// The health checks of keepalived, which each real server has, as the one probe of a pool.
#pragma once

#include "cli/foreign/blocks.hpp"
#include "cli/foreign/draft.hpp"

#include <map>
#include <optional>
#include <string>

namespace sipsteer::foreign {

/// UDP_CHECK, MISC_CHECK ...
bool is_checker(const Statement &statement);

/// delay_loop, connect_timeout, retry: of a virtual server, a real server or a checker, in this
/// order. An inner one takes precedence.
using Timers = std::map<std::string, std::string>;

/// True if the statement is a timer, and now among them.
bool read_timer(const Statement &statement, Timers &timers);

/// What a real server's checker becomes.
struct Check {
    config::Probe probe;
    std::optional<std::uint16_t> port; // if it is not the server's
};

/// `timers` are those of the real server.
Check read_checker(Draft &draft, const Statement &checker, Timers timers);

} // namespace sipsteer::foreign
