// SPDX-License-Identifier: Apache-2.0
//
// Whether the call table may believe a message (bpf/text/complete.h), byte at a time and written
// apart from that. For messages of kReferenceReads bytes at most (reference_readers.hpp).
#pragma once

#include <string_view>

namespace sipsteer::test {

/// Whether it has what no server does without. Of an INVITE, SIP/2.0 may have more behind it.
bool reference_is_complete(std::string_view message);

/// Whether it has From, To, a CSeq of its own method, an end of its headers and as much of a body
/// as it says.
bool reference_is_sound(std::string_view message);

} // namespace sipsteer::test
