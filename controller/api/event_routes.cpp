// SPDX-License-Identifier: Apache-2.0
#include "api/event_routes.hpp"

#include "http/query.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <limits>

namespace sipsteer::api {

namespace {

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

/// What a browser that lost the connection had last (WHATWG HTML, 9.2.4).
std::optional<std::uint64_t> last_event_id(const http::Request &request) {
    const auto text = request.fields.get("Last-Event-ID").value_or("");
    std::uint64_t id = 0;
    const auto *last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, id);
    if (text.empty() || failed != std::errc() || end != last) {
        return std::nullopt;
    }
    return id;
}

bool wants_stream(const http::Request &request) {
    return request.fields.accept("text/event-stream");
}

std::variant<EventsQuery, http::Problem> read_query(const http::Request &request) {
    http::QueryReader reader(request);
    EventsQuery query;
    if (const auto types = reader.text("type")) {
        boost::split(query.types, *types, boost::is_any_of(","));
    }
    query.since = reader.number_if_any("since", 0, kNoLimit);
    query.limit = reader.number("limit", 1, 1000, query.limit);
    if (const auto calls = read_tap_query(reader, "calls"); calls != TapQuery()) {
        query.calls = calls;
    }
    if (const auto problem = reader.finish()) {
        return *problem;
    }
    if (query.calls && !wants_stream(request)) {
        return http::Problem{
            400, "the daemon keeps no events of calls; request a stream", "calls", {}};
    }
    return query;
}

http::Response listen(EventSource &source, const EventsQuery &query) {
    auto listened = source.listen(query);
    if (const auto *problem = std::get_if<http::Problem>(&listened)) {
        return http::problem_response(*problem);
    }
    http::Response response;
    response.stream = std::get<std::shared_ptr<http::Stream>>(std::move(listened));
    if (!response.stream) {
        return http::problem_response({503, "too many clients listen to events", {}, {}});
    }
    response.content_type = "text/event-stream";
    return response;
}

} // namespace

void add_event_routes(http::Router &router, EventSource &source) {
    router.add("GET", "/v1/events", [&source](const http::Request &request) {
        auto read = read_query(request);
        if (const auto *problem = std::get_if<http::Problem>(&read)) {
            return http::problem_response(*problem);
        }
        auto &query = std::get<EventsQuery>(read);
        if (!wants_stream(request)) {
            return http::json_response(source.list(query));
        }
        if (const auto last = last_event_id(request)) {
            query.since = last;
        }
        return listen(source, query);
    });
}

} // namespace sipsteer::api
