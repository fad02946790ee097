// SPDX-License-Identifier: Apache-2.0
#include "base/event_subscription.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <utility>

namespace sipsteer::events {

Subscription::Subscription(const boost::asio::any_io_executor &executor, Wanted wanted,
                           std::size_t queued)
    : wake_(executor), wanted_(std::move(wanted)), most_(queued) {}

void Subscription::offer(const Event &event) {
    if (ended_ || (wanted_ && !wanted_(event))) {
        return;
    }
    if (queue_.size() == most_) {
        ++dropped_;
        return;
    }
    queue_.push_back(event);
    wake_.cancel();
}

boost::asio::awaitable<Subscription::Batch> Subscription::next(std::chrono::milliseconds patience) {
    if (queue_.empty() && !ended_) {
        boost::system::error_code woken;
        wake_.expires_after(patience);
        co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    }
    Batch batch;
    batch.events.assign(std::make_move_iterator(queue_.begin()),
                        std::make_move_iterator(queue_.end()));
    queue_.clear();
    batch.dropped = std::exchange(dropped_, 0);
    batch.ended = ended_;
    co_return batch;
}

void Subscription::end() {
    ended_ = true;
    wake_.cancel();
}

} // namespace sipsteer::events
