// SPDX-License-Identifier: Apache-2.0
#include "base/event_hub.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace sipsteer::events {

namespace {

using std::chrono::system_clock;

/// "2026-11-22T07:00:00.123Z" (RFC 3339).
std::string timestamp(system_clock::time_point time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(system_clock::to_time_t(time)),
                       milliseconds % 1000);
}

/// Ids begin with the time of the start, in microseconds: later starts have greater ones.
std::uint64_t first_id() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                          system_clock::now().time_since_epoch())
                                          .count());
}

} // namespace

Hub::Hub(boost::asio::any_io_executor executor, const HubLimits &limits)
    : executor_(std::move(executor)), limits_(limits), next_id_(first_id()) {}

Event Hub::make(std::string_view level, std::string_view type, nlohmann::json fields) {
    Event event{next_id_++, std::string(type), std::move(fields)};
    event.body["id"] = event.id;
    event.body["time"] = timestamp(system_clock::now());
    event.body["level"] = level;
    event.body["type"] = type;
    return event;
}

void Hub::offer(const Event &event) const {
    for (const auto &subscriber : subscribers_) {
        if (const auto subscription = subscriber.lock()) {
            subscription->offer(event);
        }
    }
}

void Hub::publish(std::string_view level, std::string_view type, nlohmann::json fields) {
    Event event = make(level, type, std::move(fields));
    offer(event);
    if (history_.size() == limits_.history) {
        history_.pop_front();
    }
    history_.push_back(std::move(event));
}

void Hub::publish_to(std::vector<std::uint32_t> audience, std::string_view type,
                     nlohmann::json fields) {
    Event event = make("info", type, std::move(fields));
    event.audience = std::move(audience);
    offer(event);
}

std::vector<Event> Hub::since(std::uint64_t id, const Wanted &wanted, std::size_t most) const {
    std::vector<Event> found;
    for (auto event = history_.rbegin();
         event != history_.rend() && event->id > id && found.size() < most; ++event) {
        if (!wanted || wanted(*event)) {
            found.push_back(*event);
        }
    }
    std::reverse(found.begin(), found.end());
    return found;
}

std::shared_ptr<Subscription> Hub::subscribe(Wanted wanted, std::uint64_t last_id) {
    drop_gone();
    if (subscribers_.size() >= limits_.subscribers) {
        return nullptr;
    }
    auto missed = last_id == 0 ? std::vector<Event>() : since(last_id, {}, limits_.history);
    auto subscription =
        std::make_shared<Subscription>(executor_, std::move(wanted), limits_.queued);
    for (const auto &event : missed) {
        subscription->offer(event);
    }
    subscribers_.push_back(subscription);
    return subscription;
}

void Hub::stop() {
    for (const auto &subscriber : subscribers_) {
        if (const auto subscription = subscriber.lock()) {
            subscription->end();
        }
    }
}

void Hub::drop_gone() {
    std::erase_if(subscribers_, [](const auto &subscriber) { return subscriber.expired(); });
}

} // namespace sipsteer::events
