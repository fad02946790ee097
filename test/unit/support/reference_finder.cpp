// SPDX-License-Identifier: Apache-2.0
#include "reference_finder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sipsteer::test {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}

/// The lines of a message without their LF; a CR before it stays.
std::vector<std::string_view> split_lines(std::string_view message) {
    std::vector<std::string_view> lines;
    while (!message.empty()) {
        const std::size_t newline = message.find('\n');
        if (newline == std::string_view::npos) {
            lines.push_back(message);
            break;
        }
        lines.push_back(message.substr(0, newline));
        message.remove_prefix(newline + 1);
    }
    return lines;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What follows the colon if the line is a header of this name.
std::optional<std::string_view> after_colon(std::string_view line, std::string_view full,
                                            std::string_view compact) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && is_blank(name.back())) {
        name.remove_suffix(1);
    }
    std::string lowered;
    for (const char c : name) {
        lowered += lower(c);
    }
    if (lowered != full && lowered != compact) {
        return std::nullopt;
    }
    return line.substr(colon + 1);
}

std::string_view without_leading_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    return text;
}

std::string_view without_trailing_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// A value up to its first CR or end. The key is trimmed again after the cut, so that it does not
/// depend on how many blanks follow.
std::string_view key_of(std::string_view value) {
    std::size_t length = 0;
    while (length < value.size() && !is_line_end(value[length])) {
        length++;
    }
    value = without_trailing_blanks(value.substr(0, length));
    return without_trailing_blanks(value.substr(0, kReferenceKeyBytes));
}

/// Where a value starts, to its line's end. It may begin on the first line or on a folded one. A CR
/// that is not followed by LF ends a value like a line end does; a blank after it, then, is a fold.
std::string_view value_of(std::string_view rest, const std::vector<std::string_view> &lines,
                          std::size_t next) {
    for (;;) {
        rest = without_leading_blanks(rest);
        if (!rest.empty() && rest.front() != '\r') {
            return rest;
        }
        if (rest.size() > 1) { // a CR inside the line
            if (!is_blank(rest[1])) {
                return {};
            }
            rest.remove_prefix(1);
            continue;
        }
        if (next > kReferenceLines || next >= lines.size() || lines[next].empty() ||
            !is_blank(lines[next].front())) {
            return {};
        }
        rest = lines[next++];
    }
}

} // namespace

std::string_view reference_header(std::string_view message, std::string_view full,
                                  std::string_view compact) {
    const char *end = message.data() + message.size();
    while (!message.empty() && is_line_end(message.front())) {
        message.remove_prefix(1);
    }
    const std::vector<std::string_view> lines = split_lines(message);
    for (std::size_t i = 1; i < lines.size() && i <= kReferenceLines; i++) {
        if (lines[i].empty() || lines[i] == "\r") {
            break;
        }
        const auto rest = after_colon(lines[i], full, compact);
        // A full name, a colon and a value that is good for anything are eight bytes at least.
        const bool too_short =
            end - lines[i].data() < 8 && lines[i].size() > 1 && lower(lines[i][1]) == full[1];
        if (!rest || too_short) {
            continue;
        }
        const std::string_view value = value_of(*rest, lines, i + 1);
        if (!value.empty()) {
            return {value.data(), static_cast<std::size_t>(end - value.data())};
        }
    }
    return {};
}

std::string_view reference_call_id(std::string_view message) {
    return key_of(reference_header(message, "call-id", "i"));
}

} // namespace sipsteer::test
