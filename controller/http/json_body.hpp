// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

namespace sipsteer::http {

/// A body that has been read as JSON before its handler is called.
struct ReadBody {
    std::optional<nlohmann::json> document;
    config::Errors errors;
};

/// Whether the body is JSON, as it says, and so long that reading it takes milliseconds.
bool is_long_json(const Request &request);

/// Reads the body where it holds nobody up: by `there`, which has a thread of its own. For
/// request.read.
boost::asio::awaitable<std::shared_ptr<ReadBody>> read_there(boost::asio::any_io_executor there,
                                                             std::string body);

/// What a request's body is: a whole thing, or a change of one (RFC 7396).
enum class BodyKind { Whole, MergePatch };

/// The body of a request, or the answer to one whose body cannot be used: 415 if Content-Type does
/// not say that it is JSON (a merge patch may be called either), 400 if it is not or goes beyond a
/// limit of config::parse_json(), 422 if an object has a field twice. Empties request.read.
std::variant<nlohmann::json, Response> read_json_body(const Request &request, BodyKind kind);

} // namespace sipsteer::http
