// SPDX-License-Identifier: Apache-2.0
#include "sip/request.hpp"

#include "base/address.hpp"

#include <algorithm>

namespace sipsteer::sip {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "-.!%*_+`'~"; // RFC 3261, 25.1
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kOthers.find(c) != kOthers.npos;
    });
}

/// "INVITE sip:alice@example.net SIP/2.0"
bool parse_start_line(std::string_view line, Request &request) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || last <= first + 1) {
        return false;
    }
    request.method = line.substr(0, first);
    const auto uri = line.substr(first + 1, last - first - 1);
    return is_token(request.method) && uri.find_first_of(" \t") == uri.npos &&
           equal_no_case(line.substr(last + 1), "SIP/2.0");
}

/// "192.0.2.1:5060", "[2001:db8::1]", "phone.example.net : 5062"
bool parse_sent_by(std::string_view text, TopVia &top) {
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos) {
            return false;
        }
        top.host = text.substr(1, end - 1);
        rest = trim(text.substr(end + 1));
    } else if (Address::parse(std::string(text))) {
        top.host = text; // also an IPv6 address that lacks its brackets
    } else {
        const auto colon = text.find(':');
        top.host = trim(text.substr(0, colon));
        rest = colon == text.npos ? "" : text.substr(colon);
    }
    if (!rest.empty()) {
        const auto port = parse_number(trim(rest.substr(1)), 65535);
        if (rest.front() != ':' || port.value_or(0) == 0) {
            return false;
        }
        top.port = static_cast<std::uint16_t>(*port);
    }
    return !top.host.empty() && top.host.find_first_of(kBlanks) == top.host.npos;
}

/// "SIP / 2.0 / UDP 192.0.2.1:5060"
bool parse_sender(std::string_view text, TopVia &top) {
    const bool sip = equal_no_case(trim(take_until(text, '/')), "SIP");
    const bool version = trim(take_until(text, '/')) == "2.0";
    text = trim(text);
    const auto blank = text.find_first_of(kBlanks);
    return sip && version && blank != text.npos && is_token(text.substr(0, blank)) &&
           parse_sent_by(trim(text.substr(blank)), top);
}

bool parse_top_via(std::string_view value, TopVia &top) {
    if (!is_balanced(value)) {
        return false;
    }
    auto first = take_until(value, ',');
    top.others = value.empty() ? "" : "," + std::string(value);
    do {
        top.parts.emplace_back(take_until(first, ';'));
    } while (!first.empty());
    for (std::size_t i = 1; i < top.parts.size(); i++) {
        std::string_view parameter = top.parts[i];
        const auto name = trim(take_until(parameter, '='));
        top.rport |= equal_no_case(name, "rport") && trim(parameter).empty();
        top.received |= equal_no_case(name, "received");
    }
    return parse_sender(top.parts[0], top);
}

/// To: one address and its parameters. Nothing if it is malformed; else whether it has a tag.
std::optional<bool> parse_to(std::string_view value) {
    if (!is_balanced(value)) {
        return std::nullopt;
    }
    auto rest = value;
    if (take_until(rest, ',').size() != value.size()) {
        return std::nullopt; // two of them
    }
    rest = value;
    if (trim(take_until(rest, ';')).empty()) {
        return std::nullopt;
    }
    while (!rest.empty()) {
        auto parameter = take_until(rest, ';');
        if (equal_no_case(trim(take_until(parameter, '=')), "tag")) {
            return !trim(parameter).empty() ? std::optional(true) : std::nullopt;
        }
    }
    return false;
}

bool parse_call_id(std::string_view value) {
    value = trim(value);
    return !value.empty() && value.find_first_of(kBlanks) == value.npos;
}

/// "1 INVITE", the request's own method (RFC 3261, 8.1.1.5).
bool parse_cseq(std::string_view value, const std::string &method) {
    value = trim(value);
    const auto blank = value.find_first_of(kBlanks);
    return blank != value.npos && parse_number(value.substr(0, blank), 0x7fffffff) &&
           trim(value.substr(blank)) == method;
}

/// How often each was there.
struct Seen {
    unsigned via = 0;
    unsigned from = 0;
    unsigned to = 0;
    unsigned call_id = 0;
    unsigned cseq = 0;
};

/// False if the header is malformed. Those that an answer does not need are left out.
bool add_header(const Header &header, Request &request, Seen &seen) {
    const auto value = header.value();
    const auto place = request.copied.size();
    if (header.is("Via") || header.is("v")) {
        if (seen.via++ == 0) {
            request.via = place;
            if (!parse_top_via(value, request.top)) {
                return false;
            }
        }
    } else if (header.is("From") || header.is("f")) {
        seen.from++;
        if (trim(value).empty()) {
            return false; // nothing else of it matters: it only goes back
        }
    } else if (header.is("To") || header.is("t")) {
        seen.to++;
        const auto tag = parse_to(value);
        if (!tag) {
            return false;
        }
        request.to = place;
        request.to_has_tag = *tag;
    } else if (header.is("Call-ID") || header.is("i")) {
        seen.call_id++;
        if (!parse_call_id(value)) {
            return false;
        }
    } else if (header.is("CSeq")) {
        seen.cseq++;
        if (!parse_cseq(value, request.method)) {
            return false;
        }
    } else {
        return true;
    }
    request.copied.push_back(header);
    return true;
}

} // namespace

std::optional<Request> parse_request(std::string_view message) {
    const auto head = read_head(message);
    Request request;
    if (!head || !parse_start_line(head->start_line, request)) {
        return std::nullopt;
    }
    Seen seen;
    for (const auto &header : head->headers) {
        if (!add_header(header, request, seen)) {
            return std::nullopt;
        }
    }
    const bool complete =
        seen.via > 0 && seen.from == 1 && seen.to == 1 && seen.call_id == 1 && seen.cseq == 1;
    return complete ? std::optional(std::move(request)) : std::nullopt;
}

} // namespace sipsteer::sip
