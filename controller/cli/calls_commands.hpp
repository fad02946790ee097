// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.hpp"

#include <cstdint>
#include <string>

namespace sipsteer::cli {

/// Which calls `sipsteer get calls` lists. An empty text: any.
struct CallsWanted {
    std::string server; // SERVER or POOL/SERVER
    std::string pool;
    std::string state;
    std::string older_than; // 30s, 10m, 2h, or seconds
    std::string idle;       // likewise
    std::size_t limit = 1000;
    std::uint64_t after = 0; // behind this place of the table
};

/// What a call's hash may go by, and the call that is meant.
struct CallWanted {
    std::string call_id;
    std::string pool;
    std::string to_user;
    std::string via;
    std::string source;
};

/// A table of calls, page by page as the daemon gives them.
int list_calls(const Context &context, const CallsWanted &wanted);

/// Every field of one call. kExitFailed: no pool has it.
int describe_call(const Context &context, const CallWanted &wanted);

/// The target that tells of a call: GET /v1/calls/{call-id}. `below`: more of its path.
std::string call_target(const CallWanted &wanted, const std::string &below = {});

} // namespace sipsteer::cli
