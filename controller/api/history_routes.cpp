// SPDX-License-Identifier: Apache-2.0
#include "api/history_routes.hpp"

#include "http/query.hpp"

#include <charconv>
#include <optional>

namespace sipsteer::api {

namespace {

using boost::asio::awaitable;
using nlohmann::json;

json entry_json(const PastConfig &entry) {
    return {{"id", entry.id},
            {"time", entry.time},
            {"who", entry.author.who},
            {"from", entry.author.from},
            {"request", entry.author.request},
            {"change", entry.change}};
}

http::Response list(const http::Request &request, const ConfigSource &source) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    json entries = json::array();
    for (const auto &entry : source.history()) {
        entries.push_back(entry_json(entry));
    }
    return http::json_response({{"entries", std::move(entries)}});
}

awaitable<http::Response> show(const http::Request &request, ConfigAccess config) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    const auto &text = request.captured.at("id");
    std::uint64_t id = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, id);
    std::optional<json> past;
    if (parsed.ec == std::errc() && parsed.ptr == end) {
        std::function<std::optional<json>()> read = config.source.past(id);
        past = co_await config.aside.run(std::move(read));
    }
    if (!past) {
        co_return http::problem_response(
            {404, "there is no configuration " + text + " in the history", {}, {}});
    }
    co_return http::json_response(*past);
}

} // namespace

void add_history_routes(http::Router &router, ConfigAccess config) {
    router.add("GET", "/v1/config/history",
               [config](const http::Request &request) { return list(request, config.source); });
    router.add_waiting("GET", "/v1/config/history/{id}",
                       [config](const http::Request &request) { return show(request, config); });
}

} // namespace sipsteer::api
