// SPDX-License-Identifier: Apache-2.0
#include "health/sip_request.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string_view>

namespace sipsteer::health {

namespace {

/// Methods that must have a Contact (RFC 3261, 12.1; 3311, 3515, 6665).
bool wants_contact(std::string_view method) {
    constexpr std::array<std::string_view, 4> kMethods = {"SUBSCRIBE", "NOTIFY", "REFER", "UPDATE"};
    return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

} // namespace

SipRequest new_request(const char *transport, const Endpoint &local, const Endpoint &server) {
    return {.transport = transport,
            .local = local,
            .server = server,
            .branch = new_branch(),
            .tag = random_token(),
            .call_id = random_token()};
}

std::string build_request(const SipRequest &request, const config::Probe &settings) {
    const std::string local = host_text(request.local.address);
    const auto &method = settings.method;
    const bool is_register = method == "REGISTER";
    const auto uri = settings.request_uri.value_or("sip:" + to_string(request.server));
    const auto from = settings.from.value_or("sip:sipsteer@" + local);
    const auto to = settings.to.value_or(is_register ? from : uri);
    std::string text = method + " " + uri + " SIP/2.0\r\n";
    // rport (RFC 3581): the answer comes back to the port it was sent from, in any case.
    text += std::string("Via: SIP/2.0/") + request.transport + " " + to_string(request.local) +
            ";branch=" + request.branch + ";rport\r\n";
    text += "Max-Forwards: 70\r\n";
    text += "From: <" + from + ">;tag=" + request.tag + "\r\n";
    text += "To: <" + to + ">\r\n";
    text += "Call-ID: " + request.call_id + "@" + local + "\r\n";
    text += "CSeq: " + std::to_string(request.cseq) + " " + method + "\r\n";
    if (wants_contact(method)) {
        text += "Contact: <sip:sipsteer@" + to_string(request.local) + ">\r\n";
    }
    if (method == "OPTIONS") {
        text += "Accept: application/sdp\r\n";
    }
    text += "User-Agent: " + settings.user_agent.value_or("sipsteer/" SIPSTEER_VERSION) + "\r\n";
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
