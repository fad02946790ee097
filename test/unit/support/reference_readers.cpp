// SPDX-License-Identifier: Apache-2.0
#include "reference_readers.hpp"

#include "reference_finder.hpp"

#include <algorithm>
#include <string>

namespace sipsteer::test {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kCseqSteps = 64;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}

char at(std::string_view text, std::size_t i) {
    return i < text.size() ? text[i] : '\0';
}

/// A value to the LF that ends it: no blank follows. All of it, if there is none; `ended` says so.
std::string_view logical(std::string_view rest, bool &ended) {
    std::size_t newline = rest.find('\n');
    while (newline != kNone && is_blank(at(rest, newline + 1))) {
        newline = rest.find('\n', newline + 1);
    }
    ended = newline != kNone;
    return rest.substr(0, newline);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Behind a semicolon, at i: a parameter of this name.
bool is_tag(std::string_view rest, std::size_t i) {
    std::string name;
    for (std::size_t k = i; k < i + 3; k++) {
        name += static_cast<char>(at(rest, k) | 0x20);
    }
    if (name != "tag" || i + 3 >= rest.size()) {
        return false;
    }
    const char after = rest[i + 3];
    return after == '=' || is_blank(after) || is_line_end(after);
}

/// Behind blanks and folds.
std::size_t behind_gap(std::string_view value, std::size_t i) {
    while (i < value.size() && (is_blank(value[i]) || is_line_end(value[i]))) {
        i++;
    }
    return i;
}

/// Behind the quotes that are opened at i, or at the value's end.
std::size_t behind_quotes(std::string_view value, std::size_t i) {
    for (i++; i < value.size() && value[i] != '"'; i++) {
        i += value[i] == '\\' && at(value, i + 1) != '\n';
    }
    return i + 1;
}

/// Whether this word stands at i, in any case.
bool stands_at(std::string_view value, std::size_t i, std::string_view word) {
    for (std::size_t k = 0; k < word.size(); k++) {
        if ((at(value, i + k) | 0x20) != word[k]) {
            return false;
        }
    }
    return true;
}

/// A parameter's value, or the first Via value's end, and which of them.
struct Place {
    std::size_t at;
    bool found;
};

/// Where in a header's value the value of a parameter of its first Via value stands.
Place parameter(std::string_view value, std::string_view name, std::string_view begins) {
    std::size_t i = 0;
    while (i < value.size() && value[i] != ',') {
        if (value[i] == '"') {
            i = behind_quotes(value, i);
            continue;
        }
        if (value[i++] != ';') {
            continue;
        }
        i = behind_gap(value, i);
        if (!stands_at(value, i, name)) {
            continue;
        }
        i = behind_gap(value, i + name.size());
        if (at(value, i) != '=') {
            continue;
        }
        i = behind_gap(value, i + 1);
        if (i < value.size() && value.substr(i, begins.size()) == begins) {
            return {i, true};
        }
    }
    return {std::min(i, value.size()), false};
}

bool ends_token(char c) {
    return c == ';' || c == ',' || static_cast<unsigned char>(c) <= ' ';
}

/// Behind a parameter's name: over the equals sign, and blanks and folds around it.
std::size_t behind_equals(std::string_view rest, std::size_t i) {
    while (is_blank(at(rest, i)) || at(rest, i) == '\r' || at(rest, i) == '=' ||
           (at(rest, i) == '\n' && is_blank(at(rest, i + 1)))) {
        i++;
    }
    return i;
}

/// The value of a parameter from there on, up to a separator or a control; none if it is cut off.
std::string_view token(std::string_view rest, std::size_t start) {
    std::size_t end = start;
    while (end < rest.size() && !ends_token(rest[end])) {
        end++;
    }
    return end == rest.size() ? std::string_view()
                              : rest.substr(start, end - start).substr(0, kReferenceKeyBytes);
}

/// Where the name of the parameter tag stands in a value that others follow; kNone: nowhere.
std::size_t tag_name(std::string_view rest) {
    bool ended = false;
    const std::string_view value = logical(rest, ended);
    for (std::size_t i = 0; i < value.size(); i++) {
        if (value[i] == '"') {
            i = behind_quotes(value, i) - 1;
        } else if (value[i] == '<') {
            while (i < value.size() && value[i] != '>') {
                i++;
            }
        } else if (value[i] == ';') {
            const std::size_t name = behind_gap(value, i + 1);
            if (name < value.size() && is_tag(rest, name)) {
                return name;
            }
            i = name - 1;
        }
    }
    return kNone;
}

} // namespace

std::string_view reference_received(std::string_view message) {
    const std::string_view rest = reference_header(message, "via", "v");
    bool ended = false;
    const Place place = parameter(logical(rest, ended), "received", "");
    return place.found ? token(rest, place.at) : std::string_view();
}

bool reference_has_tag(std::string_view message) {
    const std::string_view rest = reference_header(message, "to", "t");
    const std::size_t name = tag_name(rest);
    if (name == kNone) {
        return false;
    }
    const std::size_t value = behind_equals(rest, name + 3);
    return value >= rest.size() || !ends_token(rest[value]);
}

std::string_view reference_tag(std::string_view message, std::string_view header) {
    const std::string_view rest = reference_header(message, header, header.substr(0, 1));
    std::size_t start = tag_name(rest);
    if (start == kNone) {
        return {};
    }
    return token(rest, behind_equals(rest, start + 3));
}

std::string_view reference_cseq_method(std::string_view message) {
    const std::string_view value = reference_header(message, "cseq", "cseq");
    std::size_t i = 0;
    bool gap = false;
    for (std::size_t steps = 0; steps < kCseqSteps && i < value.size(); steps++) {
        if (is_blank(value[i])) {
            gap = true;
            i++;
        } else if (value[i] >= '0' && value[i] <= '9' && !gap) {
            i++;
        } else if (is_line_end(value[i])) {
            const std::size_t next = i + 1 + (value[i] == '\r' && at(value, i + 1) == '\n');
            if (!is_blank(at(value, next))) {
                break;
            }
            gap = true;
            i = next + 1;
        } else {
            break;
        }
    }
    if (!gap) {
        return {};
    }
    const std::string_view rest = value.substr(i);
    return rest.substr(0, rest.find_first_of(" \t\r\n"));
}

std::string_view reference_branch(std::string_view message) {
    const std::string_view rest = reference_header(message, "via", "v");
    bool ended = false;
    const std::string_view all = logical(rest, ended);
    const Place place = parameter(all, "branch", "z9hG4bK");
    if (place.found) {
        return token(rest, place.at);
    }
    const std::string_view first = all.substr(0, place.at);
    if ((at(all, place.at) != ',' && !ended) || first.find('\n') != kNone) {
        return {};
    }
    return trimmed(first).substr(0, kReferenceKeyBytes);
}

std::string_view reference_named(std::string_view message, std::string_view name) {
    const std::string_view rest = reference_header(message, name, name);
    const std::size_t end = rest.find_first_of("; \t\n");
    if (end == kNone) {
        return {};
    }
    std::string_view call = rest.substr(0, end);
    if (!call.empty() && call.back() == '\r') {
        call.remove_suffix(1);
    }
    return call.substr(0, kReferenceKeyBytes);
}

} // namespace sipsteer::test
