// SPDX-License-Identifier: Apache-2.0
#include "http/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace sipsteer::http {

namespace {

/// "host", "host:8080" or "[::1]:8080" (RFC 3986, 3.2), no user before it (RFC 9110, 4.2.4). It is
/// not looked at any further: the daemon has one host only.
bool is_authority(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-._~:[]").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// Whether the text begins so, whatever the case of its letters. `start` is in small ones. Not by
/// Boost.Beast 1.81: its iequals() reads a byte behind texts that differ in the case of a letter.
bool begins_with(std::string_view text, std::string_view start) {
    return text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(), [](char small, unsigned char c) {
               return static_cast<char>(std::tolower(c)) == small;
           });
}

/// What "http://host/path?query" has behind the host, with a slash at least; nothing if it is
/// something else. Boost.URL 1.81 stops the program on some texts that are no absolute URI, "a:|"
/// for one, so it gets no such text.
std::optional<std::string> origin_form(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!begins_with(text, scheme)) {
            continue;
        }
        text.remove_prefix(scheme.size());
        const auto end = std::min(text.find_first_of("/?"), text.size());
        if (!is_authority(text.substr(0, end))) {
            return std::nullopt;
        }
        text.remove_prefix(end);
        return (text.starts_with('/') ? "" : "/") + std::string(text);
    }
    return std::nullopt;
}

} // namespace

std::optional<Target> parse_target(std::string_view text) {
    const auto from_absolute = text.starts_with('/') ? std::nullopt : origin_form(text);
    if (from_absolute) {
        text = *from_absolute;
    }
    if (!text.starts_with('/')) {
        return std::nullopt;
    }
    const auto parsed = boost::urls::parse_origin_form({text.data(), text.size()});
    if (!parsed) {
        return std::nullopt;
    }
    Target target;
    target.path = parsed->encoded_path();
    for (const auto segment : parsed->segments()) {
        target.segments.emplace_back(segment);
    }
    if (parsed->has_query()) {
        for (const auto param : parsed->params()) {
            target.query.emplace_back(param.key, param.value);
        }
    }
    return target;
}

} // namespace sipsteer::http
