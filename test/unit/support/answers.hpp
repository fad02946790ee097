// SPDX-License-Identifier: Apache-2.0
//
// Coroutines in tests without an event loop of their own.
#pragma once

#include "http/router.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <string>
#include <utility>

namespace sipsteer::http::test {

/// Runs a coroutine to its end, and gives what it gives.
template <typename Value>
Value run(boost::asio::awaitable<Value> waiting) {
    boost::asio::io_context io;
    auto value = boost::asio::co_spawn(io, std::move(waiting), boost::asio::use_future);
    io.run();
    return value.get();
}

/// A value that is there at once.
template <typename Value>
boost::asio::awaitable<Value> ready(Value value) {
    co_return value;
}

/// The router's answer to a request.
inline Response answer_of(const Router &router, Request &request) {
    return run(router.handle(request));
}

} // namespace sipsteer::http::test
