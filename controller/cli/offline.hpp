// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "cli/secret_file.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace sipsteer::cli {

struct Payload {
    std::string_view bytes;        // of UDP
    bool whole = true;             // false: a first fragment, or cut off by the capture
    std::optional<Address> source; // of the client
};

/// What the data plane reads in a datagram, without a daemon:
///
///     {"kind": "request", "method": "INVITE", "class": "INVITE", "reason": null,
///      "call_id": "1@host", "call_id_hex": "3140686f7374",
///      "key": "0123456789abcdef", "key_of": "call-id", "key_secret": "zero",
///      "event": "start", "state": "early", "rfc": "RFC 3261, 13.2", "bytes": 400,
///      "offsets": {"start": 0, "call_id": 221}, "to_user": "bob", "request_user": "bob",
///      "via_sent_by": "192.0.2.7"}
///
/// reason is what a datagram without a Call-ID is (sipsteer/reason.h); kind is that too, where it
/// is neither request nor response. method: as sent; of a response, that of its CSeq; null: there
/// is none, or it is no token. call_id_hex has the bytes as they are, where call_id has to replace
/// those that are no UTF-8. key: what pools hash that go by the Call-ID, or by the source without
/// one; null: not known. state: of the entry that the call table makes for the datagram, if it has
/// none for its call; "empty": it makes none.
nlohmann::json describe(const Payload &payload, const KnownSecret &secret);

} // namespace sipsteer::cli
