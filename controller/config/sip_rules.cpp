// SPDX-License-Identifier: Apache-2.0
#include "config/sip_rules.hpp"

#include "config/patterns.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

namespace sipsteer::config {

using nlohmann::json;

namespace {

constexpr std::size_t kMethodBytes = 32;
constexpr std::size_t kUriBytes = 255; // two of them and the rest fit one frame
constexpr std::size_t kTextBytes = 128;
constexpr std::size_t kMostRanges = 32;
constexpr CodeRange kAny{200, 699};

template <typename Allowed>
bool all_of(std::string_view text, Allowed allowed) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return allowed(static_cast<unsigned char>(c));
    });
}

bool is_token(std::string_view text) {
    return all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-.!%*_+`'~").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

std::optional<unsigned> number(std::string_view digits) {
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = failed == std::errc() && end == digits.data() + digits.size();
    return whole ? std::optional(value) : std::nullopt;
}

bool is_port(std::string_view text) {
    const auto port = number(text);
    return port && *port >= 1 && *port <= 65535;
}

/// "example.org", "192.0.2.1:5060", "[2001:db8::1]:5060"
bool is_host_and_port(std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == text.npos) {
        return false;
    }
    const auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    const auto rest = text.substr(bracketed ? end + 1 : end);
    const bool good = bracketed ? Address::parse(std::string(host)).has_value()
                                : all_of(host, [](unsigned char c) {
                                      return std::isalnum(c) != 0 || c == '-' || c == '.';
                                  });
    return good && (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))));
}

bool is_sip_uri(std::string_view text) {
    constexpr std::string_view kScheme = "sip:";
    const bool plain = all_of(text, [](unsigned char c) {
        return c > ' ' && c < 0x7f &&
               std::string_view("<>\",?\\^`{|}").find(static_cast<char>(c)) ==
                   std::string_view::npos;
    });
    if (!plain || text.size() > kUriBytes || !text.starts_with(kScheme)) {
        return false;
    }
    text.remove_prefix(kScheme.size());
    if (const auto at = text.find('@'); at != text.npos) {
        if (at == 0) {
            return false;
        }
        text.remove_prefix(at + 1);
    }
    const auto parameters = std::min(text.find(';'), text.size());
    return text.find('@') == text.npos && is_host_and_port(text.substr(0, parameters));
}

bool is_header_text(std::string_view text) {
    return text.size() <= kTextBytes &&
           all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7f; }) &&
           text.front() != ' ' && text.back() != ' ';
}

bool is_final(std::optional<unsigned> code) {
    return code && *code >= kAny.first && *code <= kAny.last;
}

std::optional<CodeRange> range_of(unsigned first, unsigned last) {
    if (!is_final(first) || !is_final(last) || first > last) {
        return std::nullopt;
    }
    return CodeRange{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

/// 200 or "400-499"; nothing for anything else.
std::optional<CodeRange> read_range(const json &value) {
    if (value.is_number_integer()) {
        const auto code = value.get<std::int64_t>();
        return code < 0 || code > kAny.last
                   ? std::nullopt
                   : range_of(static_cast<unsigned>(code), static_cast<unsigned>(code));
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    const std::string_view text = value.get_ref<const std::string &>();
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == text.npos ? std::nullopt : number(text.substr(dash + 1));
    return first && last ? range_of(*first, *last) : std::nullopt;
}

} // namespace

void SipMethod::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_token(*text) || text->size() > kMethodBytes) {
        at.fail(shown(*text) +
                " is not a SIP method; write 1 to 32 letters, digits or -.!%*_+`'~ without blanks");
        return;
    }
    if (*text == "INVITE" || *text == "ACK" || *text == "CANCEL") {
        at.fail(shown(*text) + " cannot be a probe; use a method that one answer completes, like "
                               "\"OPTIONS\" or \"REGISTER\"");
        return;
    }
    out = *text;
}

json SipMethod::schema() const {
    return {{"type", "string"},
            {"description", "a SIP method that is a request on its own"},
            {"pattern", "^(?!(?:INVITE|ACK|CANCEL)$)[A-Za-z0-9.!%*_+`'~-]{1," +
                            std::to_string(kMethodBytes) + "}$"}};
}

void SipUri::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_sip_uri(*text)) {
        at.fail(shown(*text) + " is not a SIP URI; write it like \"sip:probe@example.org\" or "
                               "\"sip:192.0.2.1:5060\", at most 255 characters, without headers");
        return;
    }
    out = *text;
}

json SipUri::schema() const {
    const std::string any = "[!#-+./0-;=A-Z\\[\\]_a-z~-]"; // of is_sip_uri(), without "@"
    const std::string host =
        "(?:[A-Za-z0-9.-]+|\\[(?:" + ipv4_pattern() + "|" + ipv6_pattern() + ")\\])";
    return {{"type", "string"},
            {"description", "a sip: URI without headers"},
            {"pattern",
             "^sip:(?:" + any + "+@)?" + host + "(?::" + port_pattern() + ")?(?:;" + any + "*)?$"},
            {"maxLength", kUriBytes}};
}

void HeaderText::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_header_text(*text)) {
        at.fail(shown(*text) + " is not a header value; write 1 to 128 bytes without control "
                               "characters, and without blanks at the ends");
        return;
    }
    out = *text;
}

json HeaderText::schema() const {
    return {{"type", "string"},
            {"description", "the value of a header field"},
            {"pattern", "^[^\\x00-\\x20\\x7f](?:[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f])?$"},
            {"maxLength", kTextBytes}};
}

void CodeList::read(const Cursor &at, std::vector<CodeRange> &out) const {
    if (at.value() == "any") {
        out = {kAny};
        return;
    }
    if (!at.value().is_array()) {
        at.fail_type("\"any\" or a list of codes like [200, \"400-499\"]");
        return;
    }
    if (at.value().empty() || at.value().size() > kMostRanges) {
        at.fail(std::to_string(at.value().size()) + " given; 1 to " + std::to_string(kMostRanges) +
                " are supported");
        return;
    }
    std::vector<CodeRange> ranges;
    for (std::size_t i = 0; i < at.value().size(); i++) {
        const auto range = read_range(at.value()[i]);
        if (!range) {
            at.element(i).fail(shown(at.value()[i]) + " is neither a final code, 200 to 699, nor a "
                                                      "range of them like \"400-499\"");
            return;
        }
        ranges.push_back(*range);
    }
    out = std::move(ranges);
}

json CodeList::write(const std::vector<CodeRange> &value) const {
    if (value == std::vector{kAny}) {
        return "any";
    }
    auto list = json::array();
    for (const auto &range : value) {
        if (range.first == range.last) {
            list.push_back(range.first);
        } else {
            list.push_back(std::to_string(range.first) + "-" + std::to_string(range.last));
        }
    }
    return list;
}

json CodeList::schema() const {
    const std::string code = number_pattern(kAny.first, kAny.last);
    const json one = {{"type", "integer"}, {"minimum", kAny.first}, {"maximum", kAny.last}};
    const json range = {{"type", "string"}, {"pattern", "^" + code + "-" + code + "$"}};
    return {{"description", "\"any\", or final codes and ranges of them"},
            {"oneOf", json::array({{{"const", "any"}},
                                   {{"type", "array"},
                                    {"items", {{"oneOf", {one, range}}}},
                                    {"minItems", 1},
                                    {"maxItems", kMostRanges}}})}};
}

} // namespace sipsteer::config
