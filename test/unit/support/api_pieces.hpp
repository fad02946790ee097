// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::api::test {

using namespace sipsteer::http;

/// A stream of pieces that are known before. With a last one, "" or not, it then waits to be ended.
class Pieces : public Stream {
public:
    explicit Pieces(std::vector<std::string> pieces, std::optional<std::string> last = std::nullopt)
        : pieces_(std::move(pieces)), last_(std::move(last)) {}

    boost::asio::awaitable<std::string> next() override {
        if (given_ < pieces_.size()) {
            co_return pieces_[given_++];
        }
        if (last_ && !ended_) {
            boost::system::error_code ended;
            wake_.emplace(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
            co_await wake_->async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ended));
        }
        co_return std::exchange(last_, std::nullopt).value_or("");
    }

    void end() override {
        ended_ = true;
        if (wake_) {
            wake_->cancel();
        }
    }

private:
    std::vector<std::string> pieces_;
    std::optional<std::string> last_;
    std::size_t given_ = 0;
    bool ended_ = false;
    std::optional<boost::asio::steady_timer> wake_;
};

} // namespace sipsteer::api::test
