// SPDX-License-Identifier: Apache-2.0
//
// One request to the daemon's API on a connection of its own, and the answer, whole or as a stream.
#pragma once

#include "cli/context.hpp"
#include "cli/endpoint.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace sipsteer::cli {

/// Where to ask, and as whom.
struct Access {
    std::string place; // as it was given
    Endpoint endpoint;
    std::string token; // bearer token (RFC 6750); empty: none

    /// Whose certificates are trusted; null: no TLS.
    std::shared_ptr<boost::asio::ssl::context> tls = nullptr;
};

/// By the common options; an error if they are not good.
Result<Access> find_access(const Context &context);

struct Exchange {
    using Body = boost::beast::http::string_body;

    boost::beast::http::request<Body> request;
    boost::beast::http::response_parser<Body> parser;

    /// Set: an answer with status 200 is a stream. begun() comes behind its head, take() gets its
    /// body piece by piece. Silence for three times as long as the daemon's streams are ever silent
    /// ends it as a failure.
    std::function<void(std::string_view)> take = {};
    std::function<void()> begun = {};

    /// Of a stream, set when it begins: tells the daemon that it may end, for which it still sends
    /// what is on the way.
    std::function<void()> say_no_more = {};

    /// Why the daemon's certificate was not accepted, if that is why it failed.
    std::string untrusted = {};
};

/// A request without a body.
boost::beast::http::request<Exchange::Body>
make_request(const Access &access, const std::string &method, const std::string &target);

/// Sends the request and reads the answer; 10 seconds at most, but for a stream. Returns with the
/// whole answer, or at a stream's end; throws boost::system::system_error.
boost::asio::awaitable<void> converse(const Access &access, Exchange &exchange);

/// Why the daemon could not be asked, and what may help.
std::string not_reachable(const Access &access, const Exchange &exchange,
                          const boost::system::error_code &failed);

/// The daemon's words for why it refused.
std::string refusal(const boost::beast::http::response<Exchange::Body> &reply);

} // namespace sipsteer::cli
