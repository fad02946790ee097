// SPDX-License-Identifier: Apache-2.0
#include "health/sip_options.hpp"

#include <cstdio>
#include <random>

namespace sipsteer::health {

namespace {
/// As it stands in URIs and Via: IPv6 in brackets (RFC 3261, 25.1, IPv6reference).
std::string host(const Address &address) {
    return address.is_ipv4() ? address.to_string() : "[" + address.to_string() + "]";
}
} // namespace

std::string build_options(const OptionsRequest &request) {
    const std::string local = host(request.local);
    const std::string local_port = std::to_string(request.local_port);
    const std::string target =
        "sip:" + host(request.server) + ":" + std::to_string(request.server_port);
    std::string text;
    text += "OPTIONS " + target + " SIP/2.0\r\n";
    // rport (RFC 3581): the answer comes back to the port it was sent from, in any case.
    text +=
        "Via: SIP/2.0/UDP " + local + ":" + local_port + ";branch=" + request.branch + ";rport\r\n";
    text += "Max-Forwards: 70\r\n";
    text += "From: <sip:sipsteer@" + local + ">;tag=" + request.tag + "\r\n";
    text += "To: <" + target + ">\r\n";
    text += "Call-ID: " + request.call_id + "@" + local + "\r\n";
    text += "CSeq: " + std::to_string(request.cseq) + " OPTIONS\r\n";
    text += "Accept: application/sdp\r\n";
    text += "User-Agent: sipsteer/" SIPSTEER_VERSION "\r\n";
    text += "Content-Length: 0\r\n\r\n";
    return text;
}

std::string random_token() {
    static std::random_device random;
    char text[17];
    std::snprintf(text, sizeof(text), "%08x%08x", random(), random());
    return text;
}

std::string new_branch() {
    return "z9hG4bK" + random_token();
}

} // namespace sipsteer::health
