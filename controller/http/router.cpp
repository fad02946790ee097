// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include "base/log.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <exception>
#include <optional>

namespace sipsteer::http {

using boost::asio::awaitable;

namespace {

std::vector<std::string> split(std::string_view pattern) {
    std::vector<std::string> segments;
    if (pattern == "/") {
        return segments; // as parse_target() has it
    }
    while (!pattern.empty()) {
        pattern.remove_prefix(1); // the slash
        const auto end = std::min(pattern.find('/'), pattern.size());
        segments.emplace_back(pattern.substr(0, end));
        pattern.remove_prefix(end);
    }
    return segments;
}

bool is_capture(const std::string &segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// What the path's segments stand for; nothing if they do not match.
std::optional<std::map<std::string, std::string>> match(const std::vector<std::string> &pattern,
                                                        const std::vector<std::string> &segments) {
    if (pattern.size() != segments.size()) {
        return std::nullopt;
    }
    std::map<std::string, std::string> captured;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_capture(pattern[i]) && !segments[i].empty()) {
            captured[pattern[i].substr(1, pattern[i].size() - 2)] = segments[i];
        } else if (pattern[i] != segments[i]) {
            return std::nullopt;
        }
    }
    return captured;
}

Response not_allowed(const std::map<std::string, Router::WaitingHandler> &handlers,
                     const Request &request) {
    std::string allow;
    for (const auto &[method, handler] : handlers) {
        allow += allow.empty() ? method : ", " + method;
        allow += method == "GET" ? ", HEAD" : "";
    }
    Response response = problem_response(
        {405,
         request.method + " is not allowed on " + request.target.path + "; allowed: " + allow,
         {},
         {}});
    response.fields.emplace_back("Allow", allow);
    return response;
}

awaitable<Response> call_at_once(const Router::Handler &handler, const Request &request) {
    co_return handler(request);
}

awaitable<Response> call(const Router::WaitingHandler &handler, const Request &request) {
    std::string what = "unknown exception";
    try {
        co_return co_await handler(request);
    } catch (const std::exception &exception) {
        what = exception.what();
    } catch (...) {
    }
    log::error("api_handler_failed",
               {{"method", request.method}, {"path", request.target.path}, {"error", what}});
    co_return problem_response(
        {500, "the daemon failed to serve the request; see its log", {}, {}});
}

} // namespace

void Router::add(std::string method, std::string_view pattern, Handler handler) {
    add_waiting(std::move(method), pattern, [handler = std::move(handler)](const Request &request) {
        return call_at_once(handler, request);
    });
}

void Router::add_waiting(std::string method, std::string_view pattern, WaitingHandler handler) {
    auto segments = split(pattern);
    for (Route &route : routes_) {
        if (route.pattern == segments) {
            route.handlers[std::move(method)] = std::move(handler);
            return;
        }
    }
    Route route{std::string(pattern), std::move(segments), {}};
    route.handlers[std::move(method)] = std::move(handler);
    routes_.push_back(std::move(route));
}

std::vector<std::pair<std::string, std::string>> Router::routes() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const Route &route : routes_) {
        for (const auto &[method, handler] : route.handlers) {
            all.emplace_back(method, route.name);
        }
    }
    return all;
}

awaitable<Response> Router::handle(Request &request) const {
    const auto begun = std::chrono::steady_clock::now();
    const Route *route = find(request);
    Response response = co_await answer(route, request);
    if (observer_) {
        observer_(route == nullptr ? "none" : route->name, request.method, response.status,
                  std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::steady_clock::now() - begun));
    }
    co_return response;
}

void Router::note_refused(const std::string &method, unsigned status) const {
    if (observer_) {
        observer_("none", method, status, std::nullopt);
    }
}

awaitable<Response> Router::answer(const Route *route, const Request &request) {
    if (route == nullptr) {
        co_return problem_response({404, "there is no " + request.target.path, {}, {}});
    }
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    const auto found = route->handlers.find(method);
    if (found == route->handlers.end()) {
        co_return not_allowed(route->handlers, request);
    }
    co_return co_await call(found->second, request);
}

const Router::Route *Router::find(Request &request) const {
    for (const Route &route : routes_) {
        if (auto captured = match(route.pattern, request.target.segments)) {
            request.captured = std::move(*captured);
            return &route;
        }
    }
    return nullptr;
}

} // namespace sipsteer::http
