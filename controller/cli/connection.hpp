// SPDX-License-Identifier: Apache-2.0
//
// One request to the daemon's API on a connection of its own, and the answer, whole or as a stream.
#pragma once

#include "cli/access.hpp"
#include "cli/reply_reader.hpp"
#include "cli/waiting.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::cli {

/// Who takes a stream. It says false when it wants no more.
struct StreamTaker {
    std::function<bool()> begin; // the daemon has accepted
    std::function<bool(std::string_view piece)> take;

    /// Signals that end the stream; null: none do.
    const Signals *signals = nullptr;

    /// At a first signal, tell the daemon that it may end, and take what is still on the way.
    bool ends_gently = false;

    /// Silence that ends the stream as a failure: three times as long as the daemon is ever silent.
    std::chrono::milliseconds longest_silence{45'000};
};

struct Exchange {
    std::string method = "GET";
    std::string target; // path and query, percent-encoded
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::string body = {};

    /// Set: an answer with status 200 is a stream.
    const StreamTaker *taker = nullptr;

    Reply reply = {};
    bool has_begun = false; // the stream has
};

enum class Ending {
    Whole,  // of the answer, or of the stream by the daemon
    Enough, // the taker said so
    Signal,
};

/// Sends the request and reads the answer; 10 seconds at most, but for a stream. An error, a whole
/// sentence, if the daemon does not answer or the connection ends too early.
Result<Ending> converse(const Access &access, Exchange &exchange);

/// The daemon's words for why it refused.
std::string refusal(const Reply &reply);

} // namespace sipsteer::cli
