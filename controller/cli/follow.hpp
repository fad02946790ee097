// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "cli/context.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sipsteer::cli {

/// Who takes an answer that goes on. An error ends it.
struct Taker {
    std::function<Status()> begin; // the daemon has accepted
    std::function<Status(std::string_view piece)> take;
};

/// How it ended.
struct Followed {
    int exit_code = kExitOk; // not kExitOk: said on the standard error
    bool begun = false;
    bool by_signal = false;
};

/// Asks for `target`, a GET whose answer goes on (such as /v1/trace), and hands over what comes
/// until the daemon ends it, or a signal does: at SIGINT, SIGTERM or SIGHUP the daemon is asked to
/// end it, and what is on the way still comes; a second signal ends it at once.
Followed follow(const Context &context, const std::string &target, const Taker &taker);

} // namespace sipsteer::cli
