// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/event.hpp"
#include "base/event_subscription.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::events {

struct HubLimits {
    std::size_t history = 1'024;  // events kept for those who come later
    std::size_t subscribers = 16; // at once
    std::size_t queued = 1'024;   // events that one subscriber may be behind
};

/// Where events come in and those who want them get them. All on one thread.
class Hub {
public:
    explicit Hub(boost::asio::any_io_executor executor, const HubLimits &limits = {});

    /// `fields`: an object. The event can be had later, by since().
    void publish(std::string_view level, std::string_view type, nlohmann::json fields);

    /// An event for some of those who are subscribed now, by what their Wanted makes of `audience`.
    /// It is not kept.
    void publish_to(std::vector<std::uint32_t> audience, std::string_view type,
                    nlohmann::json fields);

    /// The events after `id` that are still kept, the oldest first, at most the last `most`.
    std::vector<Event> since(std::uint64_t id, const Wanted &wanted, std::size_t most) const;

    /// From now on, or from the event after `last_id` (0: only new ones). Null if there are too
    /// many subscribers. It ends when the caller lets it go.
    std::shared_ptr<Subscription> subscribe(Wanted wanted, std::uint64_t last_id);

    /// Ends all subscriptions: their next() gives nothing any more.
    void stop();

private:
    Event make(std::string_view level, std::string_view type, nlohmann::json fields);
    void offer(const Event &event) const;
    void drop_gone();

    boost::asio::any_io_executor executor_;
    HubLimits limits_;
    std::uint64_t next_id_;
    std::deque<Event> history_;
    std::vector<std::weak_ptr<Subscription>> subscribers_;
};

} // namespace sipsteer::events
