// SPDX-License-Identifier: Apache-2.0
//
// Between our messages and those of Boost.Beast.
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <variant>

namespace sipsteer::http {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;
using HttpHeader = boost::beast::http::response<boost::beast::http::empty_body>;

/// A request as handlers take it, but for the body, or what is wrong with it: its target (400, 414)
/// or its Host field (400; RFC 9112, 3.2).
std::variant<Request, Problem> head_from_http(const HttpRequest &request, std::size_t target_bytes);

/// An answer as it is sent, with the fields every answer has: Server, Date, Content-Type,
/// Content-Length, Cache-Control: no-store, and Connection where `version` (11: HTTP/1.1) needs it.
HttpResponse to_http(Response &&response, unsigned version, bool keep_alive);

/// The header of an answer whose body is a stream: in chunks (RFC 9112, 7.1), or to a client that
/// is older than those, up to the end of the connection. It is the connection's last answer.
HttpHeader to_stream_header(const Response &response, unsigned version);

} // namespace sipsteer::http
