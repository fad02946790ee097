// SPDX-License-Identifier: Apache-2.0
//
// The decision on a packet as a line of text, the comment on it in a trace:
//
//     service=sip pool=proxies server=proxy1 reason=call_new verdict=tx method=INVITE
//     event=call_new key=1ed2c21fd7bd9a27 call_id=a84b4c76e66710@pc33.atlanta.example.com
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::trace {

/// Names and values, in the order in which they stand. Names are plain words of the program.
using CommentFields = std::vector<std::pair<std::string, std::string>>;

/// What is empty is left out. A value is quoted as the log quotes (base/log.hpp), so that no byte
/// of it can end it, nor drive a terminal; the text is UTF-8.
std::string write_comment(const CommentFields &fields);

/// The fields as they were before. What does not look like a comment of ours has none.
CommentFields read_comment(std::string_view text);

/// The value of a name; empty: it is not there.
std::string field_of(const CommentFields &fields, std::string_view name);

} // namespace sipsteer::trace
