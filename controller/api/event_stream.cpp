// SPDX-License-Identifier: Apache-2.0
#include "api/event_stream.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

namespace sipsteer::api {

namespace {

using nlohmann::json;

/// A comment is sent when nothing happens for so long: proxies close what is silent, and only by
/// sending is it noticed that a client's machine has gone.
constexpr std::chrono::seconds kHeartbeat{15};

/// How soon a browser is to come back after losing the connection.
constexpr std::string_view kPreamble = "retry: 2000\n\n";

json to_json(log::Fields fields) {
    json object = json::object();
    for (const auto &field : fields) {
        auto parsed = field.is_text ? json() : json::parse(field.value, nullptr, false);
        object[std::string(field.key)] =
            field.is_text || parsed.is_discarded() ? json(field.value) : std::move(parsed);
    }
    return object;
}

/// In one line; bytes that are not UTF-8 are replaced.
std::string to_line(const json &body) {
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

using Interest = std::shared_ptr<calls::CallEvents::Interest>;

/// Events for everybody, by type; and those of calls that were asked for.
events::Wanted wanted(const std::vector<std::string> &types, const Interest &interest) {
    return [types, id = interest ? interest->id() : 0](const events::Event &event) {
        const bool type =
            types.empty() || std::find(types.begin(), types.end(), event.type) != types.end();
        const auto &audience = event.audience;
        return type && (audience.empty() ||
                        std::find(audience.begin(), audience.end(), id) != audience.end());
    };
}

using http::Problem;

/// Null if no events of calls are asked for.
std::variant<Interest, Problem> find_interest(const api::EventsQuery &query,
                                              calls::CallEvents &events, const farm::Farm &farm,
                                              const calls::Secret &secret) {
    if (!query.calls) {
        return Interest();
    }
    auto filter = read_filter(*query.calls, farm, secret);
    if (const auto *problem = std::get_if<Problem>(&filter)) {
        return *problem;
    }
    auto interest = events.want(std::get<rings::Filter>(std::move(filter)));
    if (!interest) {
        return Problem{500, interest.error().message, {}, {}};
    }
    return *interest;
}

class ServerSentEvents : public http::Stream {
public:
    ServerSentEvents(std::shared_ptr<events::Subscription> subscription, Interest calls)
        : subscription_(std::move(subscription)), calls_(std::move(calls)) {}

    boost::asio::awaitable<std::string> next() override {
        if (!begun_) {
            begun_ = true;
            co_return std::string(kPreamble);
        }
        const auto batch = co_await subscription_->next(kHeartbeat);
        if (batch.ended && batch.events.empty()) {
            co_return std::string();
        }
        co_return to_server_sent(batch);
    }

    void end() override { subscription_->end(); }

private:
    std::shared_ptr<events::Subscription> subscription_;
    Interest calls_; // they are shown while this lives
    bool begun_ = false;
};

} // namespace

std::string to_server_sent(const events::Subscription::Batch &batch) {
    std::string text;
    for (const auto &event : batch.events) {
        text += "id: " + std::to_string(event.id) + "\ndata: " + to_line(event.body) + "\n\n";
    }
    if (batch.dropped != 0) { // what there was no room for came after what there was
        text += "data: " + to_line({{"type", "events_dropped"}, {"count", batch.dropped}}) + "\n\n";
    }
    return text.empty() ? ": nothing new\n\n" : text;
}

void publish_log(events::Hub &hub) {
    log::set_listener([&hub](log::Level level, std::string_view event, log::Fields fields) {
        hub.publish(log::level_name(level), event, to_json(fields));
    });
}

void stop_publishing_log() {
    log::set_listener({});
}

json Events::list(const EventsQuery &query) {
    json events = json::array();
    for (auto &event : hub_.since(query.since.value_or(0), wanted(query.types, {}), query.limit)) {
        events.push_back(std::move(event.body));
    }
    return json{{"events", std::move(events)}};
}

std::variant<std::shared_ptr<http::Stream>, Problem> Events::listen(const EventsQuery &query) {
    auto found = find_interest(query, calls_, farm_, secret_);
    if (const auto *problem = std::get_if<Problem>(&found)) {
        return *problem;
    }
    auto &interest = std::get<Interest>(found);
    auto subscription = hub_.subscribe(wanted(query.types, interest), query.since.value_or(0));
    if (!subscription) {
        return std::shared_ptr<http::Stream>();
    }
    return std::make_shared<ServerSentEvents>(std::move(subscription), std::move(interest));
}

} // namespace sipsteer::api
