// SPDX-License-Identifier: Apache-2.0
//
// The text of a SIP message, as far as everything in it has the same form (RFC 3261, 7.3, 25.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::sip {

/// Blank, tab, CR or LF.
bool is_blank(char c);

bool equal_no_case(std::string_view a, std::string_view b);

/// Without the blanks, tabs and line ends around it.
std::string_view trim(std::string_view text);

/// The text before the first `delimiter` that is neither in a quoted string nor in angle brackets;
/// `text` keeps what is after it. Without a delimiter: all of it.
std::string_view take_until(std::string_view &text, char delimiter);

/// Takes one line without its end (CRLF or LF). Nothing if the text ends before the line does.
std::optional<std::string_view> take_line(std::string_view &text);

/// All of `text`, as a decimal number of at most `most`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most = UINT32_MAX);

/// Every quoted string and every angle bracket is closed.
bool is_balanced(std::string_view text);

/// A header as it came, with its folds, all line ends CRLF; without the last one.
struct Header {
    std::string text;
    std::size_t colon = 0; // where it is

    bool is(std::string_view name) const;
    std::string_view value() const { return std::string_view(text).substr(colon + 1); }
};

/// The headers up to the empty line. Nothing if there is none, or a line is no header.
std::optional<std::vector<Header>> read_headers(std::string_view text);

struct Head {
    std::string_view start_line;
    std::vector<Header> headers;
};

/// The message up to the empty line. Nothing if there is none, or a line is no header, or has
/// control characters other than tabs: they are in no message that is meant well.
std::optional<Head> read_head(std::string_view message);

} // namespace sipsteer::sip
