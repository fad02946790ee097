// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/comment.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sipsteer::trace {

namespace {

/// What stands for a character behind a backslash; nothing: the character itself.
std::optional<char> control_of(char escaped) {
    switch (escaped) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return std::nullopt;
    }
}

/// Takes an escape, but for its backslash, from the front of the text.
char take_escape(std::string_view &text) {
    const char escaped = text.front();
    text.remove_prefix(1);
    if (escaped != 'x' || text.size() < 2) {
        return control_of(escaped).value_or(escaped);
    }
    unsigned byte = 0;
    std::from_chars(text.data(), text.data() + 2, byte, 16);
    text.remove_prefix(2);
    return static_cast<char>(byte);
}

/// Takes a value in quotes, the opening one being gone, from the front of the text.
std::string take_quoted(std::string_view &text) {
    std::string value;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '"') {
            break;
        }
        value += c == '\\' && !text.empty() ? take_escape(text) : c;
    }
    return value;
}

std::string_view take_up_to(std::string_view &text, char end) {
    const auto found = text.find(end);
    const auto taken = text.substr(0, found);
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
}

} // namespace

std::string write_comment(const CommentFields &fields) {
    std::string text;
    for (const auto &[name, value] : fields) {
        if (!value.empty()) {
            text += (text.empty() ? "" : " ") + name + '=' + log::quote(value);
        }
    }
    return text;
}

CommentFields read_comment(std::string_view text) {
    CommentFields fields;
    while (text.find('=') != text.npos) {
        std::string name(take_up_to(text, '='));
        if (!text.starts_with('"')) {
            fields.emplace_back(std::move(name), take_up_to(text, ' '));
            continue;
        }
        text.remove_prefix(1);
        fields.emplace_back(std::move(name), take_quoted(text));
        take_up_to(text, ' ');
    }
    return fields;
}

std::string field_of(const CommentFields &fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto &field) { return field.first == name; });
    return found == fields.end() ? std::string() : found->second;
}

} // namespace sipsteer::trace
