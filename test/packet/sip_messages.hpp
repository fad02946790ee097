// SPDX-License-Identifier: Apache-2.0
//
// SIP messages and the hashes that must become of them.
#pragma once

#include "packet_builder.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sipsteer::test {

inline constexpr std::string_view kVip = "198.51.100.100";
inline constexpr std::string_view kVip6 = "2001:db8:100::100";
inline constexpr std::string_view kClient = "192.0.2.7";
inline constexpr std::string_view kClient6 = "2001:db8:7::7";

/// A request of this method and Call-ID.
std::string request(std::string_view method, std::string_view call_id);

/// The ACK of an answer that refused request("INVITE", call_id).
std::string ack_of_failure(std::string_view call_id);

/// An INVITE whose Call-ID stands behind more header lines than the data plane looks at.
std::string invite_of_many_lines();

/// A request without a Call-ID.
std::string request_without_call_id(std::string_view method);

/// The same with other values of To and of the topmost Via.
std::string request_to(std::string_view method, std::string_view call_id, std::string_view to,
                       std::string_view via = "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776");

/// From the client to the VIP, port 5060, IPv4.
Packet to_vip(std::string_view message);
Packet to_vip6(std::string_view message);

/// The hash of a Call-ID, or of the address of a client, under kSecret: by the reference.
std::uint64_t call_hash(std::string_view call_id);
std::uint64_t source_hash(std::string_view address);

/// The key of a user's registration (SS_KEY_ADDRESS_OF_RECORD), in whatever spelling.
std::uint64_t user_hash(std::string_view user);

/// The key of a call by its Call-ID and its sender (SS_KEY_CALL_ID_AND_VIA), likewise; and by what
/// a stateful pool asks the ring for its requests.
std::uint64_t via_hash(std::string_view call_id, std::string_view sent_by);
std::uint64_t via_ring_hash(std::string_view call_id, std::string_view source = kClient);

} // namespace sipsteer::test
