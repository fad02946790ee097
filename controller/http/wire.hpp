// SPDX-License-Identifier: Apache-2.0
//
// Between our messages and those of Boost.Beast.
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace sipsteer::http {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// How an answer is sent.
struct AnswerForm {
    unsigned version = 11; // 11: HTTP/1.1, 10: HTTP/1.0
    bool keep_alive = false;
    bool head = false; // without its body, to a HEAD
};

/// A request as handlers take it, but for the body, or what is wrong with it: its target (400, 414)
/// or its Host field (400; RFC 9112, 3.2).
std::variant<Request, Problem> head_from_http(const HttpRequest &request, std::size_t target_bytes);

/// The bytes of an answer, with the fields every answer has: Server, Date, Content-Type,
/// Content-Length, Cache-Control: no-store, and Connection where the version needs it.
std::string answer_text(Response &&response, const AnswerForm &form);

/// The header of an answer whose body is a stream: in chunks (RFC 9112, 7.1), or to a client that
/// is older than those, up to the end of the connection. It is the connection's last answer.
std::string stream_header_text(const Response &response, unsigned version);

/// A piece of such a body as a chunk. An empty one is the last.
std::string chunk_text(std::string_view piece);

} // namespace sipsteer::http
