// SPDX-License-Identifier: Apache-2.0
#include "http/aside.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

using namespace sipsteer::http;
namespace asio = boost::asio;

namespace {

using Ids = std::pair<std::thread::id, std::thread::id>;

/// The threads of the work and of what follows it.
asio::awaitable<Ids> threads(Aside &aside) {
    std::function<std::thread::id()> work = [] { return std::this_thread::get_id(); };
    const auto there = co_await aside.run(std::move(work));
    co_return Ids{there, std::this_thread::get_id()};
}

asio::awaitable<std::string> caught(Aside &aside) {
    std::function<int()> work = []() -> int { throw std::runtime_error("broken"); };
    try {
        co_await aside.run(std::move(work));
    } catch (const std::runtime_error &error) {
        co_return error.what();
    }
    co_return "nothing";
}

} // namespace

TEST_CASE("aside: work is done on another thread, and the caller goes on where it was") {
    asio::io_context io;
    Aside aside;
    auto ids = asio::co_spawn(io, threads(aside), asio::use_future);
    io.run();
    const auto [there, here] = ids.get();
    CHECK(there != std::this_thread::get_id());
    CHECK(here == std::this_thread::get_id());
}

TEST_CASE("aside: what the work throws comes to the caller") {
    asio::io_context io;
    Aside aside;
    auto text = asio::co_spawn(io, caught(aside), asio::use_future);
    io.run();
    CHECK(text.get() == "broken");
}

TEST_CASE("aside: its end waits for the work under way") {
    std::promise<void> begun;
    bool done = false;
    asio::io_context io;
    auto aside = std::make_unique<Aside>();
    const auto use = [&](Aside &there) -> asio::awaitable<void> {
        std::function<int()> work = [&] {
            begun.set_value();
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            done = true;
            return 0;
        };
        co_await there.run(std::move(work));
    };
    asio::co_spawn(io, use(*aside), asio::detached);
    io.poll();
    begun.get_future().wait();
    aside.reset();
    CHECK(done);
}
