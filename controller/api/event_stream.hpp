// SPDX-License-Identifier: Apache-2.0
//
// What happens in the daemon, for the API: the log's events of level info and above.
#pragma once

#include "api/event_routes.hpp"
#include "api/tap_filter.hpp"
#include "base/event_hub.hpp"
#include "calls/call_events.hpp"

#include <memory>
#include <string>
#include <variant>

namespace sipsteer::api {

/// From now on every event of the log is published, too. Until the hub is gone:
/// stop_publishing_log().
void publish_log(events::Hub &hub);
void stop_publishing_log();

/// GET /v1/events, as a list and as a stream: what the hub publishes, and what happens to calls.
/// All that it is made of must outlive it, but for `secret`, which is of the hash.
class Events final : public EventSource {
public:
    Events(events::Hub &hub, calls::CallEvents &calls, const farm::Farm &farm,
           const calls::Secret &secret)
        : hub_(hub), calls_(calls), farm_(farm), secret_(secret) {}

    nlohmann::json list(const EventsQuery &query) override;
    std::variant<std::shared_ptr<http::Stream>, http::Problem>
    listen(const EventsQuery &query) override;

private:
    events::Hub &hub_;
    calls::CallEvents &calls_;
    const farm::Farm &farm_;
    calls::Secret secret_;
};

/// As server-sent events: each its id and its JSON in one line of data, without a name, so that a
/// browser's onmessage has them all.
std::string to_server_sent(const events::Subscription::Batch &batch);

} // namespace sipsteer::api
