// SPDX-License-Identifier: Apache-2.0
#include "http/access.hpp"

#include "base/address.hpp"
#include "http/problem.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::http {

namespace {

constexpr const char *kChallenge = "Bearer realm=\"sipsteer\""; // RFC 6750, 3

bool is_safe(const Request &request) {
    return request.method == "GET" || request.method == "HEAD"; // RFC 9110, 9.2.1
}

/// Tells what would become of a datagram, and changes nothing.
bool only_explains(const Request &request) {
    return request.method == "POST" && request.target.path == "/v1/explain";
}

/// Shows whole messages, with what is secret in them: keys of media, answers to challenges. Told by
/// what the router goes by: a path can be written in several ways.
bool shows_messages(const Request &request) {
    static const std::vector<std::string> kTrace{"v1", "trace"};
    return request.target.segments == kTrace;
}

/// For those who watch the daemon and have no token; and the page, which has nothing of the farm in
/// it and asks for a token itself, with the description of the API that it links to.
bool is_for_all(const Request &request) {
    const auto &path = request.target.path;
    return is_safe(request) && (path == "/healthz" || path == "/readyz" || path == "/" ||
                                path == "/openapi.json" || path.starts_with("/page/"));
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

/// Whether `origin`, "https://host:port", is what the client calls us. The scheme is not compared:
/// TLS may end in front of us. Its default port may be written out in the Host field (RFC 9110,
/// 4.2.3).
bool is_own(std::string_view origin, std::string_view host) {
    const auto colon = origin.find("://");
    if (colon == std::string_view::npos) {
        return false; // "null" above all (RFC 6454, 7.3)
    }
    const std::string_view port = origin.substr(0, colon) == "https" ? ":443" : ":80";
    return boost::beast::iequals(without_suffix(origin.substr(colon + 3), port),
                                 without_suffix(host, port));
}

Response refusal(unsigned status, std::string detail, const std::string &error) {
    Response response = problem_response({status, std::move(detail), {}, {}});
    const std::string parameter = error.empty() ? "" : ", error=\"" + error + '"';
    response.fields.emplace_back("WWW-Authenticate", kChallenge + parameter);
    return response;
}

/// What follows "Bearer" in the Authorization field (RFC 6750, 2.1); nothing if it does not begin
/// so.
std::optional<std::string> bearer_token(const Request &request) {
    constexpr std::string_view kScheme = "Bearer ";
    const auto field = request.fields.get("Authorization");
    if (!field || field->size() <= kScheme.size() ||
        !boost::beast::iequals(std::string_view(*field).substr(0, kScheme.size()), kScheme)) {
        return std::nullopt;
    }
    const auto begin = field->find_first_not_of(' ', kScheme.size());
    return begin == std::string::npos ? std::nullopt : std::optional(field->substr(begin));
}

/// The host of a Host field (RFC 9110, 7.2), without port and brackets.
std::string_view host_of(std::string_view field) {
    if (field.starts_with('[')) {
        return field.substr(1, field.find(']') - 1);
    }
    return field.substr(0, field.find(':'));
}

/// Whether no other site can have this name lead to us: localhost (RFC 6761, 6.3) or an address, or
/// none. A page of any other name can have a browser resolve that to 127.0.0.1, where a bridge to
/// our socket may listen, and is of one origin with us then.
bool is_beyond_dns(std::string_view field) {
    const std::string_view host = host_of(field);
    constexpr std::string_view kLocal = "localhost";
    const auto tail = host.substr(host.size() - std::min(host.size(), kLocal.size()));
    const bool local =
        boost::beast::iequals(tail, kLocal) &&
        (host.size() == kLocal.size() || host[host.size() - kLocal.size() - 1] == '.');
    return host.empty() || local || Address::parse(std::string(host));
}

std::optional<Response> refuse_name(const Request &request) {
    const auto host = request.fields.get("Host").value_or("");
    if (is_beyond_dns(host)) {
        return std::nullopt;
    }
    return problem_response(
        {403,
         "Host: the Unix socket serves \"localhost\" and addresses, not \"" + host + "\"",
         {},
         {}});
}

/// A browser says from where a page asks (Fetch Metadata): "none" is a person who typed the
/// address.
bool is_from_elsewhere(const Request &request) {
    const auto site = request.fields.get("Sec-Fetch-Site");
    return site && *site != "same-origin" && *site != "none";
}

std::optional<Response> refuse_foreign(const Request &request) {
    if (is_from_elsewhere(request) && !is_for_all(request)) {
        return problem_response(
            {403, "a page of another origin gets nothing from the API (Sec-Fetch-Site)", {}, {}});
    }
    const auto origin = request.fields.get("Origin");
    if (is_safe(request) || !origin || is_own(*origin, request.fields.get("Host").value_or(""))) {
        return std::nullopt;
    }
    return problem_response(
        {403, "a page of another origin cannot change anything: " + *origin, {}, {}});
}

using OnWrong = std::function<void(const std::string &problem)>;

/// Whether the answer names no call: not the lists of calls, nor events, which tell of some.
bool names_no_call(const Request &request) {
    static const std::vector<std::string> kParts{"cluster", "config",   "counters", "log_level",
                                                 "pools",   "services", "status"};
    const auto &segments = request.target.segments;
    return segments.size() > 1 && segments[0] == "v1" &&
           std::find(kParts.begin(), kParts.end(), segments[1]) != kParts.end();
}

/// Told to every token: the metrics, and what it is for.
bool is_for_every_role(const Request &request) {
    const auto &segments = request.target.segments;
    return segments.size() == 1 && (segments[0] == "metrics" || segments[0] == "v1");
}

/// Why the role does not open it, as the end of a sentence; nothing if it does.
std::optional<std::string> missing_right(Role role, const Request &request) {
    const bool reads = is_safe(request);
    if (role == Role::Admin || (reads && is_for_every_role(request))) {
        return std::nullopt;
    }
    switch (role) {
    case Role::Metrics:
        return ", which opens the metrics only";
    case Role::Monitor:
        return reads && names_no_call(request)
                   ? std::nullopt
                   : std::optional<std::string>(", which opens only what names no call");
    default:
        if (shows_messages(request)) {
            return ", and a trace shows whole messages; use one of role admin";
        }
        return reads || only_explains(request) ? std::nullopt : std::optional<std::string>("");
    }
}

std::optional<Response> refuse_token(Request &request, Tokens &tokens, const std::string &client,
                                     const OnWrong &alarm) {
    const auto text = bearer_token(request);
    if (!text) {
        return refusal(401, "send a token: \"Authorization: Bearer TOKEN\"", "");
    }
    const Token *token = tokens.find(*text);
    if (token == nullptr) {
        alarm("the token is unknown");
        return refusal(401, "the token is unknown", "invalid_token");
    }
    if (has_expired(*token, std::chrono::system_clock::now())) {
        alarm("the token " + token->name + " has expired");
        return refusal(401, "the token has expired", "invalid_token");
    }
    if (!is_for(*token, client)) {
        alarm("the token " + token->name + " is not for clients there");
        return refusal(401, "the token is not for clients at " + client, "invalid_token");
    }
    request.who = token->name;
    request.role = role_word(token->role);
    const auto missing = missing_right(token->role, request);
    return missing ? std::optional(refusal(
                         403, "the token " + token->name + " has role " + request.role + *missing,
                         "insufficient_scope"))
                   : std::nullopt;
}

} // namespace

std::optional<Response> Access::refuse(Request &request, const std::string &client) const {
    if (auto refused = refuse_foreign(request)) {
        return refused;
    }
    if (!tokens_) {
        return refuse_name(request);
    }
    if (is_for_all(request)) {
        return std::nullopt;
    }
    return refuse_token(request, *tokens_, client, [&](const std::string &problem) {
        alarm_->note(client, problem, Alarm::Clock::now());
    });
}

bool Access::is_change(const Request &request, const Response &response) {
    return !is_safe(request) && !only_explains(request) && response.changes &&
           response.status < 400;
}

bool Access::makes_known(const Request &request) const {
    return !tokens_ || !is_for_all(request);
}

} // namespace sipsteer::http
