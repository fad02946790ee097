// SPDX-License-Identifier: Apache-2.0
#include "sip/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sipsteer::sip {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_clean(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= ' ' && byte != 0x7f);
    });
}

/// Up to the empty line, or the end.
bool lines_are_clean(std::string_view text) {
    for (;;) {
        const auto line = take_line(text);
        if (!line || line->empty()) {
            return true;
        }
        if (!is_clean(*line)) {
            return false;
        }
    }
}

/// Where in a text we are, as quotes and angle brackets go.
class Nesting {
public:
    /// After the next character.
    void step(char c) {
        if (escaped_) {
            escaped_ = false;
        } else if (quoted_) {
            escaped_ = c == '\\';
            quoted_ = c != '"';
        } else if (bracketed_) {
            bracketed_ = c != '>';
        } else {
            quoted_ = c == '"';
            bracketed_ = c == '<';
        }
    }

    bool outside() const { return !quoted_ && !bracketed_; }

private:
    bool quoted_ = false;
    bool escaped_ = false;
    bool bracketed_ = false;
};

/// A header's first line, or what follows of the one before.
bool add_line(std::vector<Header> &headers, std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') {
        if (headers.empty()) {
            return false;
        }
        headers.back().text.append("\r\n").append(line);
        return true;
    }
    const auto colon = line.find(':');
    if (colon == line.npos || trim(line.substr(0, colon)).empty()) {
        return false;
    }
    headers.push_back({std::string(line), colon});
    return true;
}

} // namespace

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool equal_no_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_until(std::string_view &text, char delimiter) {
    Nesting nesting;
    std::size_t at = 0;
    for (; at < text.size() && !(nesting.outside() && text[at] == delimiter); ++at) {
        nesting.step(text[at]);
    }
    const auto taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

std::optional<std::string_view> take_line(std::string_view &text) {
    const auto end = text.find('\n');
    if (end == text.npos) {
        return std::nullopt;
    }
    auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

bool is_balanced(std::string_view text) {
    Nesting nesting;
    for (const char c : text) {
        nesting.step(c);
    }
    return nesting.outside();
}

bool Header::is(std::string_view name) const {
    return equal_no_case(trim(std::string_view(text).substr(0, colon)), name);
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value > most) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::vector<Header>> read_headers(std::string_view text) {
    std::vector<Header> headers;
    for (;;) {
        const auto line = take_line(text);
        if (!line) {
            return std::nullopt;
        }
        if (line->empty()) {
            return headers;
        }
        if (!add_line(headers, *line)) {
            return std::nullopt;
        }
    }
}

std::optional<Head> read_head(std::string_view message) {
    while (message.starts_with('\r') || message.starts_with('\n')) { // RFC 3261, 7.5
        message.remove_prefix(1);
    }
    Head head;
    const auto start_line = take_line(message);
    if (!start_line || !is_clean(*start_line)) {
        return std::nullopt;
    }
    head.start_line = *start_line;
    if (!lines_are_clean(message)) {
        return std::nullopt;
    }
    auto headers = read_headers(message);
    if (!headers) {
        return std::nullopt;
    }
    head.headers = std::move(*headers);
    return head;
}

} // namespace sipsteer::sip
