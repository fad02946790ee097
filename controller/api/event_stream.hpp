// SPDX-License-Identifier: Apache-2.0
//
// What happens in the daemon, for the API: the log's events of level info and above.
#pragma once

#include "api/event_routes.hpp"
#include "api/tap_filter.hpp"
#include "base/event_hub.hpp"
#include "calls/call_events.hpp"

#include <functional>
#include <string>

namespace sipsteer::api {

/// From now on every event of the log is published, too. Until the hub is gone:
/// stop_publishing_log().
void publish_log(events::Hub &hub);
void stop_publishing_log();

/// Who can be asked for events of calls.
struct CallEventsAccess {
    std::function<calls::CallEvents *()> events; // null: not yet
    TapNames names;
};

/// GET /v1/events, as a list and as a stream. The hub must outlive it.
api::EventSource event_source(events::Hub &hub, CallEventsAccess calls);

/// As server-sent events: each its id and its JSON in one line of data, without a name, so that a
/// browser's onmessage has them all.
std::string to_server_sent(const events::Subscription::Batch &batch);

} // namespace sipsteer::api
