// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <string>

namespace sipsteer::http::test {

/// The body of an answer, also if it is written on another thread.
inline std::string body_of(const Response &response) {
    if (!response.body_later) {
        return response.body;
    }
    boost::asio::io_context io;
    auto body = boost::asio::co_spawn(io, response.body_later(), boost::asio::use_future);
    io.run();
    return body.get();
}

/// A body that is there at once.
inline BodyLater ready(std::string text) {
    return [text = std::move(text)] {
        const auto give = [](std::string body) -> boost::asio::awaitable<std::string> {
            co_return body;
        };
        return give(text);
    };
}

} // namespace sipsteer::http::test
