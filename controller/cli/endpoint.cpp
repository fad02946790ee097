// SPDX-License-Identifier: Apache-2.0
#include "cli/endpoint.hpp"

namespace sipsteer::cli {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool starts_with(const std::string &text, std::string_view start) {
    return text.compare(0, start.size(), start) == 0;
}

Error bad(const std::string &text) {
    return Error{
        "--api: \"" + text +
        "\" is not an address; write the path of a socket, http://HOST:PORT or https://HOST:PORT"};
}

} // namespace

Result<Endpoint> parse_endpoint(const std::string &text) {
    if (starts_with(text, kUnix) && text.size() > kUnix.size()) {
        return Endpoint{text.substr(kUnix.size()), {}, {}};
    }
    const bool tls = starts_with(text, kHttps);
    if (!tls && !starts_with(text, kHttp)) {
        const bool is_path = text.find('/') != text.npos && text.find("://") == text.npos;
        return is_path ? Result<Endpoint>(Endpoint{text, {}, {}}) : bad(text);
    }
    std::string place = text.substr(tls ? kHttps.size() : kHttp.size());
    if (!place.empty() && place.back() == '/') {
        place.pop_back();
    }
    auto host_and_port = parse_host_and_port(place);
    if (!host_and_port) {
        return bad(text);
    }
    return Endpoint{{}, std::move(host_and_port->first), std::move(host_and_port->second), tls};
}

std::optional<std::pair<std::string, std::string>> parse_host_and_port(const std::string &text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos || colon == 0 || colon + 1 == text.size() ||
        text.find_first_not_of("0123456789", colon + 1) != text.npos) {
        return std::nullopt;
    }
    std::string host = text.substr(0, colon);
    const bool bracketed = host.front() == '[';
    if (bracketed) {
        if (host.size() < 4 || host.back() != ']') {
            return std::nullopt;
        }
        host = host.substr(1, host.size() - 2);
    }
    if ((!bracketed && host.find(':') != host.npos) || host.find('/') != host.npos) {
        return std::nullopt;
    }
    return std::pair(std::move(host), text.substr(colon + 1));
}

} // namespace sipsteer::cli
