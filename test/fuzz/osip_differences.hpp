// SPDX-License-Identifier: Apache-2.0
//
// Where the Call-ID finder and libosip2 (5.3) read a message differently and the finder is right by
// RFC 3261, or the message is not legal and either reading will do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipsteer::test {

/// A Call-ID as libosip2 keeps it: what is before the first @ and what is behind it, blanks around
/// each left off.
struct CallIdWords {
    std::string number;
    std::string host;
    bool has_host;
};

/// Where in the message the finder's Call-ID is; not empty.
struct CallIdAt {
    std::size_t offset;
    std::size_t length;
};

/// Whether the message's start line or headers are of a kind that libosip2, having accepted them,
/// reads otherwise. Each kind has its reason in the implementation.
bool osip_reads_otherwise(std::string_view message);

/// Whether the two readings are the same Call-ID. The finder's is cut after 256 bytes and at the
/// end of the line it begins on; libosip2's goes on.
bool same_call_id(std::string_view message, const CallIdAt &ours, const CallIdWords &osip);

} // namespace sipsteer::test
