// SPDX-License-Identifier: Apache-2.0
#include "api/trace_routes.hpp"

#include "config/duration.hpp"

#include <limits>

namespace sipsteer::api {

namespace {

constexpr auto kMostPackets = std::numeric_limits<std::int64_t>::max();

std::variant<TraceQuery, http::Problem> read_trace_query(const http::Request &request) {
    http::QueryReader reader(request);
    TraceQuery query;
    query.packets = read_tap_query(reader, "sample");
    query.reason = reader.text("reason");
    query.snap = static_cast<std::uint32_t>(
        reader.number("snap", TraceQuery::kLeastSnap, TraceQuery::kMostSnap, query.snap));
    query.count = reader.number_if_any("count", 1, kMostPackets);
    const auto duration = reader.text("duration");
    if (const auto problem = reader.finish()) {
        return *problem;
    }
    if (duration) {
        query.duration = config::parse_duration(*duration);
        if (!query.duration) {
            return http::Problem{400,
                                 "duration: \"" + *duration +
                                     "\" is not a time; write it like 500ms, 30s or 10m",
                                 "duration",
                                 {}};
        }
    }
    return query;
}

} // namespace

void add_trace_routes(http::Router &router, TraceSource source) {
    router.add("GET", "/v1/trace", [source = std::move(source)](const http::Request &request) {
        const auto read = read_trace_query(request);
        if (const auto *problem = std::get_if<http::Problem>(&read)) {
            return http::problem_response(*problem);
        }
        auto begun = source(std::get<TraceQuery>(read));
        if (const auto *problem = std::get_if<http::Problem>(&begun)) {
            return http::problem_response(*problem);
        }
        http::Response response;
        response.stream = std::get<std::shared_ptr<http::Stream>>(std::move(begun));
        response.content_type = "application/x-pcapng";
        return response;
    });
}

} // namespace sipsteer::api
