// SPDX-License-Identifier: Apache-2.0
//
// What the Call-ID finder is held against: byte at a time, straight from RFC 3261, and sharing
// nothing with it.
#pragma once

#include <cstddef>
#include <string_view>

namespace sipsteer::test {

/// Of a Call-ID, this many bytes count.
inline constexpr std::size_t kReferenceKeyBytes = 256;

/// The value of the first Call-ID header of `message` that has one: a part of `message`, trailing
/// blanks left off, at most kReferenceKeyBytes of it. Empty if there is none.
std::string_view reference_call_id(std::string_view message);

} // namespace sipsteer::test
