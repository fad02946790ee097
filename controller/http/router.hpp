// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::http {

/// Finds the handler of a request by its path and method.
class Router {
public:
    using Handler = std::function<Response(const Request &)>;

    /// One that others are served beside while it waits. The request outlives it.
    using WaitingHandler = std::function<boost::asio::awaitable<Response>(const Request &request)>;

    /// `pattern` is a path: "/v1/calls" or, with one segment of any text that is not empty,
    /// "/v1/calls/{call}". A GET handler serves HEAD as well. When two patterns match a path, the
    /// one added first takes it.
    void add(std::string method, std::string_view pattern, Handler handler);
    void add_waiting(std::string method, std::string_view pattern, WaitingHandler handler);

    /// Methods and patterns, in the order in which the paths were added.
    std::vector<std::pair<std::string, std::string>> routes() const;

    /// The handler's answer; a problem document if there is no such path (404), the path does not
    /// take the method (405) or the handler throws (500, and a line in the log). Fills in
    /// request.captured. Router and request must outlive it.
    boost::asio::awaitable<Response> handle(Request &request) const;

    /// That a request was refused before it came here: observed under the route "none".
    void note_refused(const std::string &method, unsigned status) const;

    /// Told of every request that was answered: the route's pattern ("none" if the path has no
    /// route, so that clients cannot make up names), how it was answered and how long handling it
    /// took, waiting included, if it was handled.
    using Observer =
        std::function<void(const std::string &route, const std::string &method, unsigned status,
                           std::optional<std::chrono::microseconds> took)>;
    void observe(Observer observer) { observer_ = std::move(observer); }

private:
    struct Route {
        std::string name;                               // the pattern as it was given
        std::vector<std::string> pattern;               // segments
        std::map<std::string, WaitingHandler> handlers; // by method
    };

    const Route *find(Request &request) const;
    static boost::asio::awaitable<Response> answer(const Route *route, const Request &request);

    std::vector<Route> routes_;
    Observer observer_;
};

} // namespace sipsteer::http
