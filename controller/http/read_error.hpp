// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/limits.hpp"
#include "http/problem.hpp"

#include <boost/system/error_code.hpp>
#include <optional>

namespace sipsteer::http {

/// How far the reading of a request had come when it failed.
struct ReadState {
    bool timed_out = false;
    bool started = false;      // some of the request was there
    bool request_line = false; // all of its first line was there
};

/// What to tell the client whose request could not be read; nothing if it has gone, or was idle
/// for too long.
std::optional<Problem> read_problem(const boost::system::error_code &failed, const ReadState &state,
                                    const Limits &limits);

} // namespace sipsteer::http
