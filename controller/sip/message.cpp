// SPDX-License-Identifier: Apache-2.0
#include "sip/message.hpp"

#include "sip/finder.h"

#include <sipsteer/limits.h>

#include <algorithm>

namespace sipsteer::sip {

namespace {

finder_text as_text(std::string_view payload) {
    return {reinterpret_cast<const std::uint8_t *>(payload.data()), payload.size(), payload.size()};
}

std::string part(std::string_view payload, finder_span span) {
    return std::string(payload.substr(span.offset, span.length));
}

std::optional<std::string> part_if_any(std::string_view payload, finder_span span) {
    return span.length == 0 ? std::nullopt : std::optional(part(payload, span));
}

/// As ss_kind_without_call_id() tells them apart (bpf/message/key.h).
Kind kind_of(const finder_text &text, const finder_message &found, bool has_call_id) {
    if (found.method >= SS_METHOD_RESPONSE_1XX) {
        return Kind::Response;
    }
    if (found.method != SS_METHOD_NONE || has_call_id) {
        return Kind::Request;
    }
    if (found.start >= text.length) {
        return Kind::KeepAlive;
    }
    return finder_is_stun(text) != 0 ? Kind::Stun : Kind::Other;
}

constexpr std::string_view kSpaces = " \t";

} // namespace

Message read_message(std::string_view payload) {
    const finder_text text = as_text(payload);
    const finder_message found = finder_classify(text);
    Message message;
    message.whole = true;
    message.call_id = part(payload, finder_call_id(text));
    message.kind = kind_of(text, found, !message.call_id.empty());
    message.method = found.method;
    if (message.method == SS_METHOD_NONE && !message.call_id.empty()) {
        message.method = SS_METHOD_OTHER;
    }
    message.asked = message.method;
    if (message.method >= SS_METHOD_RESPONSE_1XX) {
        const unsigned asked = finder_cseq_method(text);
        message.asked = asked == SS_METHOD_NONE ? message.method : asked;
    }
    message.ends_call = message.method >= SS_METHOD_RESPONSE_1XX && finder_is_end_of_bye(text) != 0;
    message.complete = finder_is_complete(text) != 0;
    message.sound = finder_is_sound(text) != 0;
    message.in_dialog = finder_has_to_tag(text) != 0;
    message.to_user = part_if_any(payload, finder_user(text));
    message.request_user = part_if_any(payload, finder_request_user(text));
    message.sent_by = part_if_any(payload, finder_sent_by(text));
    message.user_agent = part_if_any(payload, finder_user_agent(text));
    message.received = part_if_any(payload, finder_received(text));
    message.named =
        part_if_any(payload, finder_named_call(text, message.method == SS_METHOD_INVITE));
    return message;
}

/// As ss_key_of_text() does (bpf/message/key.h). What is as long as a key is not looked at any
/// further.
Message read_first_fragment(std::string_view payload) {
    const finder_span span = finder_call_id(as_text(payload));
    const auto behind = payload.substr(span.offset + span.length);
    const bool open =
        span.length < SS_KEY_BYTES && behind.find_first_not_of(kSpaces) == std::string_view::npos;
    Message message = read_message(payload);
    if (open) {
        message.call_id.clear();
    }
    // As ss_is_believed() has it (bpf/message/belief.h): it may begin something and change nothing.
    const unsigned event = finder_event_of(message.method);
    message.complete = !message.in_dialog && (event == FINDER_START || event == FINDER_OTHER);
    return message;
}

std::optional<Message> message_of(std::string_view call_id) {
    if (call_id.find_first_of("\r\n") != std::string_view::npos) {
        return std::nullopt;
    }
    // As ss_value_span() has a header's value (bpf/text/callid.h).
    call_id.remove_prefix(std::min(call_id.find_first_not_of(kSpaces), call_id.size()));
    call_id = call_id.substr(0, SS_KEY_BYTES);
    call_id = call_id.substr(0, call_id.find_last_not_of(kSpaces) + 1);
    if (call_id.empty()) {
        return std::nullopt;
    }
    Message message;
    message.call_id = call_id;
    return message;
}

std::string_view kind_name(Kind kind) {
    switch (kind) {
    case Kind::Request:
        return "request";
    case Kind::Response:
        return "response";
    case Kind::KeepAlive:
        return "keepalive";
    case Kind::Stun:
        return "stun";
    case Kind::Other:
        break;
    }
    return "other";
}

} // namespace sipsteer::sip
