// SPDX-License-Identifier: Apache-2.0
#include "sip/response.hpp"

#include "sip/request.hpp"

#include <cstdio>

namespace sipsteer::sip {

namespace {

bool is_parameter(std::string_view part, std::string_view name) {
    return equal_no_case(trim(take_until(part, '=')), name);
}

/// The first Via with `received` and the value of `rport` (RFC 3261, 18.2.1; RFC 3581, 4).
std::string marked_via(const Header &via, const TopVia &top, const Endpoint &source) {
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

/// Different requests have different tags, and nobody can tell them in advance; 32 bits are enough
/// (RFC 3261, 19.3).
std::string tag_of(const Request &request, const HashKey &key) {
    std::string identity;
    for (const auto &header : request.copied) {
        identity += header.text + '\n';
    }
    char text[9];
    std::snprintf(text, sizeof(text), "%08x",
                  static_cast<unsigned>(siphash(key, identity) & 0xffffffff));
    return text;
}

std::string tagged_to(const Request &request, const HashKey &key) {
    const auto &to = request.copied[request.to].text;
    return to.substr(0, to.find_last_not_of(" \t\r\n") + 1) + ";tag=" + tag_of(request, key);
}

/// The status line and the headers that come from the request.
std::string begin_of(const Request &request, const Endpoint &source, const HashKey &key) {
    std::string text = "SIP/2.0 503 Service Unavailable\r\n";
    for (std::size_t i = 0; i < request.copied.size(); i++) {
        const auto &header = request.copied[i];
        if (i == request.via) {
            text += marked_via(header, request.top, source);
        } else if (i == request.to && !request.to_has_tag) {
            text += tagged_to(request, key);
        } else {
            text += header.text;
        }
        text += "\r\n";
    }
    return text;
}

} // namespace

std::variant<Response, Unanswered> make_response(std::string_view message, const Endpoint &source,
                                                 std::chrono::seconds retry_after,
                                                 const HashKey &key) {
    const auto request = parse_request(message);
    if (!request || request->method == "ACK") {
        return Unanswered::Malformed;
    }
    const auto begin = begin_of(*request, source, key);
    const auto again = "Retry-After: " + std::to_string(retry_after.count()) + "\r\n";
    for (const auto &optional : {again + "Content-Length: 0\r\n", again, std::string()}) {
        if (begin.size() + optional.size() + 2 <= message.size()) {
            return Response{begin + optional + "\r\n",
                            request->top.rport ? source.port : request->top.port};
        }
    }
    return Unanswered::TooLong;
}

} // namespace sipsteer::sip
