// SPDX-License-Identifier: Apache-2.0
#include "base/turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

using namespace sipsteer;
namespace asio = boost::asio;

namespace {

/// Writes its name when it begins and when it ends, and lets others run in between.
asio::awaitable<void> work(Turns &turns, std::string &written, char name) {
    const auto turn = co_await turns.next();
    written += name;
    for (int i = 0; i < 3; i++) {
        co_await asio::post(asio::use_awaitable);
    }
    written += name;
}

/// As work(), but ends by an exception.
asio::awaitable<void> fail(Turns &turns) {
    const auto turn = co_await turns.next();
    throw std::runtime_error("broken");
}

} // namespace

TEST_CASE("turns: one after the other, in the order in which they asked") {
    asio::io_context io;
    Turns turns(io.get_executor());
    std::string written;
    for (const char name : std::string("abcd")) {
        asio::co_spawn(io, work(turns, written, name), asio::detached);
    }
    io.run();
    CHECK(written == "aabbccdd");
    asio::co_spawn(io, work(turns, written, 'e'), asio::detached);
    io.restart();
    io.run();
    CHECK(written == "aabbccddee");
}

TEST_CASE("turns: who fails gives its turn to the next one") {
    asio::io_context io;
    Turns turns(io.get_executor());
    std::string written;
    asio::co_spawn(io, fail(turns), [](const std::exception_ptr &) {});
    asio::co_spawn(io, work(turns, written, 'a'), asio::detached);
    io.run();
    CHECK(written == "aa");
}

TEST_CASE("turns: who waits when all ends is no trouble") {
    std::string written;
    asio::io_context io;
    auto turns = std::make_unique<Turns>(io.get_executor());
    asio::co_spawn(io, work(*turns, written, 'a'), asio::detached);
    asio::co_spawn(io, work(*turns, written, 'b'), asio::detached);
    asio::co_spawn(io, work(*turns, written, 'c'), asio::detached);
    while (written.empty()) {
        io.run_one();
    }
    turns.reset();
    CHECK(written == "a"); // and the coroutines go with io
}
