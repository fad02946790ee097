// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_stream.hpp"

#include "util/log.hpp"

#include <algorithm>
#include <chrono>

namespace sipsteer::daemon {

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

events::Wanted wanted_types(const std::vector<std::string> &types) {
    if (types.empty()) {
        return {};
    }
    return [types](const events::Event &event) {
        return std::find(types.begin(), types.end(), event.type) != types.end();
    };
}

class ServerSentEvents : public api::Stream {
public:
    explicit ServerSentEvents(std::shared_ptr<events::Subscription> subscription)
        : subscription_(std::move(subscription)) {}

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

api::EventSource event_source(events::Hub &hub) {
    api::EventSource source;
    source.list = [&hub](const api::EventsQuery &query) {
        json events = json::array();
        for (auto &event :
             hub.since(query.since.value_or(0), wanted_types(query.types), query.limit)) {
            events.push_back(std::move(event.body));
        }
        return json{{"events", std::move(events)}};
    };
    source.listen = [&hub](const api::EventsQuery &query) -> std::shared_ptr<api::Stream> {
        auto subscription = hub.subscribe(wanted_types(query.types), query.since.value_or(0));
        return subscription ? std::make_shared<ServerSentEvents>(std::move(subscription)) : nullptr;
    };
    return source;
}

} // namespace sipsteer::daemon
