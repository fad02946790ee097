// SPDX-License-Identifier: Apache-2.0
#include "sip_messages.hpp"

#include "data_plane.hpp"
#include "reference_finder.hpp"
#include "reference_siphash.hpp"

#include <sipsteer/pool.h>

namespace sipsteer::test {

namespace {

/// A transaction of its own for each method: an ACK is that of a 200, a CANCEL the INVITE's.
std::string branch_of(std::string_view method) {
    return "z9hG4bK776asdhds" + std::string(method == "CANCEL" ? "INVITE" : method);
}

/// Behind To, in the requests that only a dialog has.
std::string_view to_tag_of(std::string_view method) {
    const bool dialog = method == "ACK" || method == "BYE" || method == "PRACK" ||
                        method == "UPDATE" || method == "INFO" || method == "REFER";
    return dialog ? ";tag=a6c85cf" : "";
}

std::string head(std::string_view method, std::string_view branch) {
    return std::string(method) +
           " sip:bob@example.com SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=" +
           std::string(branch) +
           "\r\n"
           "Max-Forwards: 70\r\n"
           "To: Bob <sip:bob@example.com>" +
           std::string(to_tag_of(method)) +
           "\r\n"
           "From: Alice <sip:alice@example.com>;tag=1928301774\r\n";
}

std::string with_call_id(const std::string &head, std::string_view method,
                         std::string_view call_id) {
    return head + "Call-ID: " + std::string(call_id) + "\r\nCSeq: 1 " + std::string(method) +
           "\r\nContent-Length: 0\r\n\r\n";
}

/// Of two words, as the data plane has them in memory: the lowest byte first.
std::uint64_t words_hash(std::uint64_t first, std::uint64_t second) {
    std::string bytes;
    for (const std::uint64_t word : {first, second}) {
        for (int i = 0; i < 8; i++) {
            bytes += static_cast<char>(word >> (8 * i) & 0xff);
        }
    }
    return reference_siphash_1_3(kSecret, bytes);
}

} // namespace

std::string request(std::string_view method, std::string_view call_id) {
    return with_call_id(head(method, branch_of(method)), method, call_id);
}

std::string ack_of_failure(std::string_view call_id) {
    return with_call_id(head("ACK", branch_of("INVITE")), "ACK", call_id);
}

std::string invite_of_many_lines() {
    std::string message = "INVITE sip:bob@example.com SIP/2.0\r\n";
    for (int line = 0; line < 256; line++) {
        message += "i\n";
    }
    return message + "i:a\n\n";
}

std::string request_without_call_id(std::string_view method) {
    return head(method, branch_of(method)) + "CSeq: 1 " + std::string(method) +
           "\r\nContent-Length: 0\r\n\r\n";
}

Packet to_vip(std::string_view message) {
    return Packet().eth().ipv4(kClient, kVip).udp(5060, 5060).payload(message);
}

Packet to_vip6(std::string_view message) {
    return Packet().eth().ipv6(kClient6, kVip6).udp(5060, 5060).payload(message);
}

std::uint64_t call_hash(std::string_view call_id) {
    return reference_siphash_1_3(kSecret, call_id);
}

std::uint64_t source_hash(std::string_view address) {
    const auto bytes = mapped_address(address);
    return reference_siphash_1_3(kSecret, std::string(bytes.begin(), bytes.end()));
}

std::string request_to(std::string_view method, std::string_view call_id, std::string_view to,
                       std::string_view via) {
    return std::string(method) + " sip:example.com SIP/2.0\r\nVia: " + std::string(via) +
           "\r\nFrom: <sip:alice@example.com>;tag=1928301774\r\nTo: " + std::string(to) +
           "\r\nCall-ID: " + std::string(call_id) + "\r\nCSeq: 1 " + std::string(method) +
           "\r\nContent-Length: 0\r\n\r\n";
}

std::uint64_t user_hash(std::string_view user) {
    return words_hash(call_hash(reference_plain_user(user)), SS_KEY_ADDRESS_OF_RECORD);
}

std::uint64_t via_hash(std::string_view call_id, std::string_view sent_by) {
    return words_hash(call_hash(call_id),
                      call_hash(reference_plain_sent_by(sent_by)) + SS_KEY_CALL_ID_AND_VIA);
}

std::uint64_t via_ring_hash(std::string_view call_id, std::string_view source) {
    return words_hash(call_hash(call_id) + source_hash(source), SS_KEY_CALL_ID_AND_VIA);
}

} // namespace sipsteer::test
