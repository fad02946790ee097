// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/tap_query.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::api {

/// What GET /v1/events asks for.
struct EventsQuery {
    std::vector<std::string> types; // empty: all
    std::optional<std::uint64_t> since;
    std::size_t limit = 100;       // of a list
    std::optional<TapQuery> calls; // of a stream: those whose events are wanted, besides the farm's
};

/// Where events come from.
class EventSource {
public:
    virtual ~EventSource() = default;
    virtual nlohmann::json list(const EventsQuery &query) = 0;

    /// A null stream: too many are listening.
    virtual std::variant<std::shared_ptr<http::Stream>, http::Problem>
    listen(const EventsQuery &query) = 0;
};

/// GET /v1/events?type=&since=&limit=: a list of what happened lately; to a client that accepts
/// text/event-stream, what happens from now on (WHATWG HTML, "Server-sent events"), and with
/// calls=SHARE, server=, source= or call_id= what happens to calls. `source` must outlive the
/// router.
void add_event_routes(http::Router &router, EventSource &source);

} // namespace sipsteer::api
