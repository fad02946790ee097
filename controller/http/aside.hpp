// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace sipsteer::http {

/// Does long work on a thread of its own, one piece after the other: of a large farm a document
/// takes tens of milliseconds, and the event loop has no time for that.
class Aside {
public:
    Aside() = default;
    Aside(const Aside &) = delete;
    Aside &operator=(const Aside &) = delete;

    /// Waits for the work under way. What has not begun is never done.
    ~Aside() {
        ended_ = true;
        pool_.join();
    }

    /// Calls `work` on the thread and gives what it gives, on the executor of the caller. An
    /// exception goes to the caller, too. All that `work` looks at is its own, or lives as long as
    /// the caller's coroutine and is changed by nobody meanwhile.
    template <typename Value>
    boost::asio::awaitable<Value> run(std::function<Value()> work) {
        std::optional<Value> value;             // co_spawn() would need a default
        auto there = call(ended_, work, value); // not in the call: see Session::send_pieces()
        co_await boost::asio::co_spawn(pool_.get_executor(), std::move(there),
                                       boost::asio::use_awaitable);
        co_return std::move(*value);
    }

    /// Lets go of a thing on the thread: a large document takes milliseconds to free.
    void drop(std::shared_ptr<const void> thing) {
        boost::asio::post(pool_, [thing = std::move(thing)] {});
    }

private:
    template <typename Value>
    static boost::asio::awaitable<void> call(const std::atomic<bool> &ended,
                                             const std::function<Value()> &work,
                                             std::optional<Value> &value) {
        if (ended) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        value.emplace(work());
        co_return;
    }

    std::atomic<bool> ended_ = false;
    boost::asio::thread_pool pool_{1};
};

} // namespace sipsteer::http
