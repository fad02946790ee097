// SPDX-License-Identifier: Apache-2.0
#include "sip/reply.hpp"

#include "sip/text.hpp"

#include <algorithm>
#include <vector>

namespace sipsteer::sip {

namespace {

/// "SIP/2.0 200 OK"
bool parse_status_line(std::string_view line, SipReply &reply) {
    constexpr std::string_view kVersion = "SIP/2.0 ";
    if (!equal_no_case(line.substr(0, kVersion.size()), kVersion)) {
        return false;
    }
    line.remove_prefix(kVersion.size());
    const auto code = parse_number(line.substr(0, 3));
    // Some leave out the blank before an empty reason phrase.
    if (!code || *code < 100 || *code > 699 || (line.size() > 3 && line[3] != ' ')) {
        return false;
    }
    reply.code = *code;
    reply.reason = trim(line.substr(3));
    return true;
}

/// "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77;rport=5060", exactly one. Blanks may be anywhere
/// around the separators.
bool parse_via(std::string_view value, SipReply &reply) {
    auto via = take_until(value, ',');
    if (!value.empty()) {
        return false;
    }
    take_until(via, ';'); // protocol and sent-by
    while (!via.empty()) {
        auto parameter = take_until(via, ';');
        const auto name = trim(take_until(parameter, '='));
        if (equal_no_case(name, "branch")) {
            reply.branch = trim(parameter);
            return !reply.branch.empty();
        }
    }
    return false;
}

/// "1 OPTIONS"
bool parse_reply_cseq(std::string_view value, SipReply &reply) {
    value = trim(value);
    const auto end = std::find_if(value.begin(), value.end(), is_blank);
    const auto digits = static_cast<std::size_t>(end - value.begin());
    const auto cseq = parse_number(value.substr(0, digits));
    reply.method = trim(value.substr(digits));
    reply.cseq = cseq.value_or(0);
    return cseq && !reply.method.empty();
}

} // namespace

std::string SipReply::status() const {
    return reason.empty() ? std::to_string(code) : std::to_string(code) + " " + reason;
}

std::optional<SipReply> parse_reply(std::string_view datagram) {
    SipReply reply;
    const auto status_line = take_line(datagram);
    if (!status_line || !parse_status_line(*status_line, reply)) {
        return std::nullopt;
    }
    const auto headers = read_headers(datagram);
    if (!headers) {
        return std::nullopt;
    }
    unsigned vias = 0;
    unsigned cseqs = 0;
    for (const auto &header : *headers) {
        if (header.is("Via") || header.is("v")) {
            if (++vias > 1 || !parse_via(header.value(), reply)) {
                return std::nullopt;
            }
        } else if (header.is("CSeq")) {
            if (++cseqs > 1 || !parse_reply_cseq(header.value(), reply)) {
                return std::nullopt;
            }
        }
    }
    return vias == 1 && cseqs == 1 ? std::optional(reply) : std::nullopt;
}

std::optional<std::uint32_t> content_length(std::string_view message) {
    take_line(message);
    const auto headers = read_headers(message);
    std::optional<std::uint32_t> length;
    for (const auto &header : headers.value_or(std::vector<Header>{})) {
        if (!header.is("Content-Length") && !header.is("l")) {
            continue;
        }
        const auto found = parse_number(trim(header.value()));
        if (!found || (length && *length != *found)) {
            return std::nullopt;
        }
        length = found;
    }
    return length;
}

bool answers(const SipReply &reply, std::string_view branch, std::uint32_t cseq,
             std::string_view method) {
    // Methods are compared with case (RFC 3261, 7.1).
    return same_branch(reply.branch, branch) && reply.cseq == cseq && reply.method == method;
}

bool same_branch(std::string_view a, std::string_view b) {
    return equal_no_case(a, b);
}

} // namespace sipsteer::sip
