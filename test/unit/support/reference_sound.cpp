// SPDX-License-Identifier: Apache-2.0
#include "reference_sound.hpp"

#include "reference_finder.hpp"
#include "reference_readers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace sipsteer::test {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kFarthestVersion = 64; // from where it stands if nothing is behind it
constexpr std::size_t kLengthDigits = 9;

constexpr std::array<std::string_view, 14> kMethods = {
    "INVITE",    "ACK",    "BYE",     "CANCEL", "REGISTER", "OPTIONS", "PRACK",
    "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO",   "REFER",    "MESSAGE", "UPDATE"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_gap(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string small(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return result;
}

/// From the first line on.
std::string_view started(std::string_view message) {
    const std::size_t start = message.find_first_not_of("\r\n");
    return start == kNone ? std::string_view() : message.substr(start);
}

bool is_response(std::string_view text) {
    return small(text.substr(0, 8)) == "sip/2.0 ";
}

/// The method of a request; "other" for one that is not known.
std::string_view method_of(std::string_view name) {
    const auto *found = std::find(kMethods.begin(), kMethods.end(), name);
    return found == kMethods.end() ? "other" : *found;
}

std::string_view own_method(std::string_view text) {
    const auto name = text.substr(0, text.find(' '));
    return small(name) == "invite" ? "INVITE" : method_of(name);
}

/// Where the Request-URI is looked for.
std::size_t uri_of(std::string_view method) {
    return method == "ACK" || method == "BYE" ? 4 : 7;
}

bool is_request_line(std::string_view text, std::size_t end) {
    const auto method = own_method(text);
    std::size_t at = end < 9 ? 0 : end - 9;
    const std::size_t last = at < kFarthestVersion ? 0 : at - kFarthestVersion;
    const auto is_version = [text](std::size_t i) {
        return is_gap(text[i]) && text[i] != '\r' && text[i] != '\n' &&
               small(text.substr(i + 1, 7)) == "sip/2.0";
    };
    while (at > last && !is_version(at)) {
        at--;
    }
    const auto uri = uri_of(method);
    const bool empty = at == uri && (text[uri] == ' ' || text[uri] == '\t');
    if (!is_version(at) || at < uri || empty) {
        return false;
    }
    const auto behind = text.substr(at + 8, end - at - 8);
    return (method == "INVITE" && !reference_has_tag(text)) ||
           std::all_of(behind.begin(), behind.end(), is_gap);
}

bool is_status_line(std::string_view text) {
    return text.size() > 11 && text[8] >= '1' && text[8] <= '6' && is_digit(text[9]) &&
           is_digit(text[10]) && is_gap(text[11]);
}

/// Where the body begins; kNone: the headers do not end.
std::size_t body_of(std::string_view text) {
    for (std::size_t line = text.find('\n'); line != kNone; line = text.find('\n', line + 1)) {
        const auto rest = text.substr(line + 1);
        if (rest.substr(0, 1) == "\n" || rest.substr(0, 2) == "\r\n") {
            return line + 1 + (rest[0] == '\r' ? 2 : 1);
        }
    }
    return kNone;
}

bool has_body(std::string_view text) {
    const auto body = body_of(text);
    if (body == kNone) {
        return false;
    }
    const auto value = reference_header(text, "content-length", "l");
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(value.begin(), value.end(), is_digit) - value.begin());
    if (digits > kLengthDigits) {
        return false;
    }
    return digits == 0 || std::stoul(std::string(value.substr(0, digits))) <= text.size() - body;
}

} // namespace

bool reference_is_complete(std::string_view message) {
    const auto text = started(message);
    const std::size_t newline = text.find('\n');
    if (reference_header(message, "call-id", "i").empty() ||
        reference_header(message, "via", "v").empty() ||
        reference_header(message, "cseq", "cseq").empty()) {
        return false;
    }
    return is_response(text) ? is_status_line(text) : is_request_line(text, newline + 1);
}

bool reference_is_sound(std::string_view message) {
    const auto text = started(message);
    const auto cseq = reference_header(message, "cseq", "cseq");
    if (reference_header(message, "from", "f").empty() ||
        reference_header(message, "to", "t").empty() || cseq.empty() || !is_digit(cseq[0]) ||
        !has_body(text)) {
        return false;
    }
    const auto asked = reference_cseq_method(message);
    return is_response(text) || (!asked.empty() && method_of(asked) == own_method(text));
}

} // namespace sipsteer::test
