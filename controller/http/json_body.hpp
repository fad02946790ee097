// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>
#include <variant>

namespace sipsteer::http {

/// What a request's body is: a whole thing, or a change of one (RFC 7396).
enum class BodyKind { Whole, MergePatch };

/// The body of a request, or the answer to one whose body cannot be used: 415 if Content-Type does
/// not say that it is JSON (a merge patch may be called either), 400 if it is not, 422 if an object
/// has a field twice.
std::variant<nlohmann::json, Response> read_json_body(const Request &request, BodyKind kind);

} // namespace sipsteer::http
