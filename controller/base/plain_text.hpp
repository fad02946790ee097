// SPDX-License-Identifier: Apache-2.0
//
// Text from elsewhere, as a person may see it: without characters that do something.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipsteer {

/// Bytes of the UTF-8 sequence `text` begins with (RFC 3629, 4), 0 if it begins with none: an
/// overlong form, a surrogate or a code point above U+10FFFF is none. `text` is not empty.
std::size_t utf8_length(std::string_view text);

/// Bytes of the character `text` begins with if it may be shown as it is, else 0: control
/// characters (C0, DEL and C1), which drive a terminal or end a line; marks that turn the direction
/// of text around (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), so that it reads as
/// another; line and paragraph separators (U+2028, U+2029); and what is not UTF-8. `text` is not
/// empty.
std::size_t plain_length(std::string_view text);

/// `text` with each byte of the rest as "\\x9b".
std::string plain_text(std::string_view text);

} // namespace sipsteer
