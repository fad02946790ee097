// SPDX-License-Identifier: Apache-2.0
#include "reject/response.hpp"

#include "reject/request.hpp"

#include <cstdio>

namespace sipsteer::reject {

using sip::equal_no_case;
using sip::Header;
using sip::take_until;
using sip::trim;

namespace {

bool is_parameter(std::string_view part, std::string_view name) {
    return equal_no_case(trim(take_until(part, '=')), name);
}

/// The first Via with `received` and the value of `rport` (RFC 3261, 18.2.1; RFC 3581, 4).
std::string marked_via(const Header &via, const TopVia &top, const Source &source) {
    const bool mark =
        top.rport || top.received || Address::parse(top.host) != std::optional(source.address);
    if (!mark) {
        return via.text;
    }
    std::string text = via.text.substr(0, via.colon + 1) + top.parts[0];
    for (std::size_t i = 1; i < top.parts.size(); i++) {
        const auto &part = top.parts[i];
        if (is_parameter(part, "received")) {
            continue; // the client's own word is not taken
        }
        const bool asks = is_parameter(part, "rport") && top.rport;
        text += ";" + (asks ? "rport=" + std::to_string(source.port) : part);
    }
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    return text + ";received=" + source.address.to_string() + top.others;
}

/// Different requests have different tags, and nobody can tell them in advance (RFC 3261, 19.3).
std::string tag_of(const Request &request, const HashKey &key) {
    std::string identity;
    for (const auto &header : request.copied) {
        identity += header.text + '\n';
    }
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx",
                  static_cast<unsigned long long>(siphash(key, identity)));
    return text;
}

std::string tagged_to(const Request &request, const HashKey &key) {
    const auto &to = request.copied[request.to].text;
    return to.substr(0, to.find_last_not_of(" \t\r\n") + 1) + ";tag=" + tag_of(request, key);
}

} // namespace

std::optional<Response> make_response(std::string_view message, const Source &source,
                                      std::chrono::seconds retry_after, const HashKey &key) {
    const auto request = parse_request(message);
    if (!request || request->method == "ACK") {
        return std::nullopt;
    }
    Response response;
    response.port = request->top.rport ? source.port : request->top.port;
    response.text = "SIP/2.0 503 Service Unavailable\r\n";
    for (std::size_t i = 0; i < request->copied.size(); i++) {
        const auto &header = request->copied[i];
        if (i == request->via) {
            response.text += marked_via(header, request->top, source);
        } else if (i == request->to && !request->to_has_tag) {
            response.text += tagged_to(*request, key);
        } else {
            response.text += header.text;
        }
        response.text += "\r\n";
    }
    response.text += "Retry-After: " + std::to_string(retry_after.count()) +
                     "\r\nServer: sipsteer\r\nContent-Length: 0\r\n\r\n";
    if (response.text.size() > message.size() + kMostGrowth) {
        return std::nullopt;
    }
    return response;
}

} // namespace sipsteer::reject
