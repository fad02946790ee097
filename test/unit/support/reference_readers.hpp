// SPDX-License-Identifier: Apache-2.0
//
// What the readers of To's tag, CSeq, branch and named calls are held against: byte at a time,
// written apart from them. For messages of kReferenceReads bytes at most: the readers stop after so
// many steps.
#pragma once

#include <cstddef>
#include <string_view>

namespace sipsteer::test {

inline constexpr std::size_t kReferenceReads = 120;

/// Whether the first To with a value has a tag.
bool reference_has_tag(std::string_view message);

/// The tag of the first such header with a value, "to" or "from"; empty if it has none.
std::string_view reference_tag(std::string_view message, std::string_view header);

/// The method in the first CSeq with a value; empty if there is none.
std::string_view reference_cseq_method(std::string_view message);

/// The branch in the topmost Via value, from its cookie on; the value, if it is on one line, where
/// there is no such branch; else empty.
std::string_view reference_branch(std::string_view message);

/// The value of the parameter received in the topmost Via value; empty if there is none.
std::string_view reference_received(std::string_view message);

/// The Call-ID at the beginning of a header's value; `name` is in small letters.
std::string_view reference_named(std::string_view message, std::string_view name);

} // namespace sipsteer::test
