// SPDX-License-Identifier: Apache-2.0
//
// Entity tags and the conditions on them (RFC 9110, 8.8.3 and 13.1).
#pragma once

#include "http/message.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace sipsteer::http {

/// The strong tag of a resource, with its quotes: that of its configuration alone. What a resource
/// answers beside it, state and counters, changes all the time and is no reason to refuse a write.
std::string entity_tag(const nlohmann::json &configuration);

/// Whether the request has If-Match or If-None-Match: only then failed_condition() is of use.
bool has_condition(const Request &request);

/// Whether If-Match and If-None-Match of the request, if it has them, let a change of a resource
/// with this tag be made; nothing: 412 (Precondition Failed), which has the tag. Empty: there is
/// no such resource yet.
std::optional<Response> failed_condition(const Request &request, const std::string &tag);

/// Whether If-None-Match says that the client has this representation: then 304.
bool is_known(const Request &request, const std::string &tag);

} // namespace sipsteer::http
