// SPDX-License-Identifier: Apache-2.0
//
// What the finders are held against: byte at a time, straight from RFC 3261, and sharing
// nothing with it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipsteer::test {

/// Of a key, this many bytes count.
inline constexpr std::size_t kReferenceKeyBytes = 256;

/// Behind the start line, this many lines are looked at.
inline constexpr std::size_t kReferenceLines = 256;

/// The value of the first Call-ID header of `message` that has one: a part of `message`, trailing
/// blanks left off, at most kReferenceKeyBytes of it. Empty if there is none.
std::string_view reference_call_id(std::string_view message);

/// The user in the first To header of `message` that has a value; empty if there is none.
std::string_view reference_user(std::string_view message);
/// In the Request-URI of a request; empty if there is none.
std::string_view reference_request_user(std::string_view message);

/// sent-by in the first Via header of `message` that has a value; empty if there is none.
std::string_view reference_sent_by(std::string_view message);

/// The plainest spelling of a user: escapes resolved, where a reserved character keeps its %.
std::string reference_plain_user(std::string_view user);

/// Likewise of a sent-by: lower case, without blanks and the default port. Of a port at most eight
/// characters count, the colon among them.
std::string reference_plain_sent_by(std::string_view sent_by);

/// All of `message` from the first byte of the value of the first header that has one; empty if
/// there is none. The names are in small letters.
std::string_view reference_header(std::string_view message, std::string_view full,
                                  std::string_view compact);

} // namespace sipsteer::test
