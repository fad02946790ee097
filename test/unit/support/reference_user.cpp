// SPDX-License-Identifier: Apache-2.0
#include "reference_finder.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace sipsteer::test {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank_at(std::string_view text, std::size_t at) {
    return at < text.size() && (text[at] == ' ' || text[at] == '\t');
}

/// A header's value to its end, line ends that a blank follows (folds) made blanks.
std::string unfolded(std::string_view rest) {
    std::string flat;
    while (flat.size() < rest.size()) {
        const std::size_t at = flat.size();
        if (rest[at] != '\r' && rest[at] != '\n') {
            flat += rest[at];
            continue;
        }
        const std::size_t length = rest.substr(at, 2) == "\r\n" ? 2 : 1;
        if (!is_blank_at(rest, at + length)) {
            break;
        }
        flat.append(length, ' ');
    }
    return flat;
}

/// The offset behind a quoted string that starts at an offset.
std::size_t behind_quotes(const std::string &flat, std::size_t at) {
    for (at++; at < flat.size(); at++) {
        if (flat[at] == '\\') {
            at++;
        } else if (flat[at] == '"') {
            return at + 1;
        }
    }
    return kNone;
}

/// The colon behind a URI's scheme; whether the URI is in brackets.
struct Scheme {
    std::size_t colon;
    bool brackets;
};

Scheme find_scheme(const std::string &flat) {
    std::size_t at = flat.find_first_of("\"<:");
    if (at != kNone && flat[at] == '"') {
        at = behind_quotes(flat, at);
        at = at == kNone ? kNone : flat.find('<', at);
    }
    if (at == kNone || flat[at] == ':') {
        return {at, false};
    }
    return {flat.find(':', at), true};
}

bool is_tel(const std::string &flat, std::size_t colon) {
    std::string scheme = flat.substr(0, colon);
    const std::size_t before = scheme.find_last_of(" \t<:");
    if (before != kNone) {
        scheme.erase(0, before + 1);
    }
    return scheme.size() == 3 && (scheme[0] == 't' || scheme[0] == 'T') &&
           (scheme[1] == 'e' || scheme[1] == 'E') && (scheme[2] == 'l' || scheme[2] == 'L');
}

/// The user of the first URI in a text that begins with a name or a method.
/// flat: the same unfolded. A scheme stands at an offset of `least` or behind it.
std::string_view user_in(std::string_view rest, const std::string &flat, std::size_t least) {
    const Scheme scheme = find_scheme(flat);
    if (rest.empty() || scheme.colon == kNone) {
        return {};
    }
    const std::size_t start = scheme.colon + 1;
    const std::size_t end = rest.find_first_of(scheme.brackets ? "@>\r\n" : "@>\r\n;? \t", start);
    if (end == kNone) {
        return {}; // cut off: there may be more of it
    }
    std::string_view user = rest.substr(start, end - start);
    if (rest[end] == '@') {
        user = user.substr(0, user.find(':')); // what follows is a password
    } else if (scheme.colon >= least + 3 && is_tel(unfolded(rest), scheme.colon)) {
        user = user.substr(0, user.find(';'));
    } else {
        return {};
    }
    return user.substr(0, kReferenceKeyBytes);
}

bool is_response(std::string_view message) {
    static const std::string kVersion = "sip/2.0 ";
    return message.size() >= kVersion.size() &&
           std::equal(kVersion.begin(), kVersion.end(), message.begin(),
                      [](char one, char other) { return one == std::tolower(other); });
}

} // namespace

std::string_view reference_user(std::string_view message) {
    const std::string_view rest = reference_header(message, "to", "t");
    return user_in(rest, unfolded(rest), 0);
}

std::string_view reference_request_user(std::string_view message) {
    message.remove_prefix(std::min(message.find_first_not_of("\r\n"), message.size()));
    if (message.empty() || is_response(message)) {
        return {};
    }
    std::string flat = unfolded(message);
    flat[0] = 'M'; // whatever it is, it is of the method
    return user_in(message, flat, 1);
}

} // namespace sipsteer::test
