// SPDX-License-Identifier: Apache-2.0
#include "base/turns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <utility>

namespace sipsteer {

namespace asio = boost::asio;
using asio::steady_timer;

struct Turns::State {
    asio::any_io_executor executor;
    bool taken = false;
    std::deque<std::shared_ptr<steady_timer>> waiting = {}; // each is woken by cancelling it
};

Turns::Turn::~Turn() {
    if (!state_) {
        return;
    }
    if (state_->waiting.empty()) {
        state_->taken = false;
        return;
    }
    // It stays taken, or somebody who asks before the next one wakes would get between.
    const auto next = std::move(state_->waiting.front());
    state_->waiting.pop_front();
    next->cancel();
}

Turns::Turns(asio::any_io_executor executor)
    : state_(std::make_shared<State>(State{std::move(executor)})) {}

Turns::~Turns() {
    state_->waiting.clear();
}

asio::awaitable<Turns::Turn> Turns::next() {
    const auto state = state_;
    if (!std::exchange(state->taken, true)) {
        co_return Turn(state);
    }
    const auto woken =
        std::make_shared<steady_timer>(state->executor, steady_timer::time_point::max());
    state->waiting.push_back(woken);
    boost::system::error_code cancelled;
    co_await woken->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return Turn(state);
}

} // namespace sipsteer
