// SPDX-License-Identifier: Apache-2.0
#include "cli/offline.hpp"

#include "calls/naming/state.hpp"
#include "config/choices.hpp"
#include "sip/finder.h"
#include "sip/message.hpp"
#include "sip/text.hpp"

#include <sipsteer/reason.h>

#include <array>
#include <cstdio>

namespace sipsteer::cli {

namespace {

using nlohmann::json;
using sip::Kind;

const char *reason_label(unsigned reason) {
    static constexpr std::array<const char *, SS_REASON_COUNT> kLabels = {
#define LABEL(number, constant, label, text) label,
        SS_REASONS(LABEL)
#undef LABEL
    };
    return kLabels[reason];
}

const char *class_label(unsigned method) {
    static constexpr std::array<const char *, SS_METHODS> kLabels = {
#define LABEL(number, constant, label) label,
        SS_METHOD_LIST(LABEL)
#undef LABEL
    };
    return kLabels[method];
}

finder_text as_text(std::string_view bytes) {
    return {reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size(), bytes.size()};
}

std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
    }
    return text;
}

std::string hex(std::uint64_t value) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
    return text.data();
}

json text_or_null(std::string_view text) {
    return text.empty() ? json(nullptr) : json(std::string(text));
}

/// The method in CSeq (RFC 3261, 20.16).
std::string cseq_method(std::string_view message) {
    const auto head = sip::read_head(message);
    if (!head) {
        return {};
    }
    for (const auto &header : head->headers) {
        if (header.is("CSeq")) {
            const auto value = sip::trim(header.value());
            const auto gap = value.find_last_of(" \t");
            return gap == value.npos ? std::string() : std::string(value.substr(gap + 1));
        }
    }
    return {};
}

/// The first word of a request's first line; empty if it is no token (RFC 3261, 25.1): the data
/// plane goes by the Call-ID and does not judge the line.
std::string request_method(std::string_view message) {
    static constexpr std::string_view kToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
                                               "xyz0123456789-.!%*_+`'~";
    const auto word = message.substr(0, message.find_first_of(" \t\r\n"));
    return word.find_first_not_of(kToken) == word.npos ? std::string(word) : std::string();
}

std::string method_of(std::string_view message, Kind kind) {
    if (kind == Kind::Response) {
        return cseq_method(message);
    }
    return kind == Kind::Request ? request_method(message) : std::string();
}

/// What a datagram without a Call-ID is: ss_kind_without_call_id() of bpf/message/key.h.
unsigned reason_of(const sip::Message &message, bool whole) {
    if (!whole) {
        return SS_REASON_CALL_ID_BEYOND;
    }
    switch (message.kind) {
    case Kind::KeepAlive:
        return SS_REASON_KEEPALIVE;
    case Kind::Stun:
        return SS_REASON_STUN;
    case Kind::Other:
        return SS_REASON_NOT_SIP;
    default:
        return SS_REASON_NO_CALL_ID;
    }
}

/// A message's own kind, or its reason's label.
std::string kind_of(const sip::Message &message) {
    const bool is_sip = message.kind == Kind::Request || message.kind == Kind::Response;
    return is_sip ? std::string(sip::kind_name(message.kind))
                  : reason_label(reason_of(message, true));
}

void add_key(json &result, const sip::Message &message, const KnownSecret &secret) {
    const auto key = calls::make_key(secret.secret, message, ss_pool{});
    result["key"] = key.table ? json(hex(*key.table)) : json(nullptr);
    result["key_of"] = message.call_id.empty() ? "source" : config::word(config::Key::CallId);
    result["key_secret"] = secret.from;
    result["event"] = calls::event_name(key.event);
    result["state"] = calls::state_name(finder_first_state(key.event));
    const auto section = calls::section_of(SS_CALL_EMPTY, key.event);
    result["rfc"] = section.empty() ? json(nullptr) : json(section);
}

json offsets_json(std::string_view bytes, const sip::Message &message) {
    json offsets = {{"start", finder_classify(as_text(bytes)).start}};
    if (!message.call_id.empty()) {
        offsets["call_id"] = finder_call_id(as_text(bytes)).offset;
    }
    if (message.to_user) {
        offsets["to_user"] = finder_user(as_text(bytes)).offset;
    }
    if (message.request_user) {
        offsets["request_user"] = finder_request_user(as_text(bytes)).offset;
    }
    if (message.sent_by) {
        offsets["via_sent_by"] = finder_sent_by(as_text(bytes)).offset;
    }
    return offsets;
}

} // namespace

json describe(const Payload &payload, const KnownSecret &secret) {
    const std::string_view bytes = payload.bytes;
    sip::Message message =
        payload.whole ? sip::read_message(bytes) : sip::read_first_fragment(bytes);
    message.source = payload.source;
    const auto start = finder_classify(as_text(bytes)).start;
    json result = {{"kind", kind_of(message)},
                   {"method", text_or_null(method_of(bytes.substr(start), message.kind))},
                   {"class", class_label(message.method)},
                   {"reason", nullptr},
                   {"call_id", text_or_null(message.call_id)},
                   {"call_id_hex", text_or_null(hex(message.call_id))},
                   {"to_user", text_or_null(message.to_user.value_or(""))},
                   {"request_user", text_or_null(message.request_user.value_or(""))},
                   {"via_sent_by", text_or_null(message.sent_by.value_or(""))},
                   {"bytes", bytes.size()},
                   {"offsets", offsets_json(bytes, message)}};
    if (message.call_id.empty()) {
        result["reason"] = reason_label(reason_of(message, payload.whole));
    }
    add_key(result, message, secret);
    return result;
}

} // namespace sipsteer::cli
