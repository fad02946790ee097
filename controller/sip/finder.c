// SPDX-License-Identifier: Apache-2.0
#include "sip/finder.h"

#include "bpf/calls/call_state.h"
#include "bpf/text/agent.h"
#include "bpf/text/alike.h"
#include "bpf/text/attempt.h"
#include "bpf/text/callid.h"
#include "bpf/text/complete.h"
#include "bpf/text/cseq.h"
#include "bpf/text/end.h"
#include "bpf/text/message.h"
#include "bpf/text/named.h"
#include "bpf/text/received.h"
#include "bpf/text/siphash.h"
#include "bpf/text/tag.h"
#include "bpf/text/user.h"
#include "bpf/text/via.h"

static struct ss_text as_text(struct finder_text text) {
    struct ss_text result = {text.start, text.start + text.readable,
                             (__u32)(text.length < SS_TEXT_MAX ? text.length : SS_TEXT_MAX), 0};
    return result;
}

static struct ss_headers headers_of(const struct ss_text *message) {
    struct ss_headers headers;
    ss_find_headers(message, ss_skip_line_ends(message), SS_ALL_HEADERS, &headers);
    return headers;
}

/* Offset of a header's value, 0 if there is none. */
static __u32 value_of(const struct ss_text *message, enum ss_header header) {
    return headers_of(message).value[header];
}

struct finder_span finder_call_id(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_call_id(&message, ss_skip_line_ends(&message));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_user(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_user(&message, value_of(&message, SS_HEADER_TO));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_request_user(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_message first = ss_classify(&message);
    struct ss_span span = {0, 0, 0};
    if (first.method < SS_METHOD_RESPONSE_1XX) /* from behind a letter: ss_user_at() */
        span = ss_find_user(&message, first.start + 1);
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_sent_by(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_sent_by_at(&message, value_of(&message, SS_HEADER_VIA));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_received(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_received_at(&message, value_of(&message, SS_HEADER_VIA));
    return (struct finder_span){span.offset, span.length};
}

struct finder_message finder_classify(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_message result = ss_classify(&message);
    return (struct finder_message){result.start, result.method};
}

int finder_has_to_tag(struct finder_text text) {
    struct ss_text message = as_text(text);
    return ss_has_tag(&message, value_of(&message, SS_HEADER_TO));
}

static struct finder_span tag_of(struct finder_text text, enum ss_header header) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_tag_at(&message, value_of(&message, header));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_to_tag(struct finder_text text) {
    return tag_of(text, SS_HEADER_TO);
}

struct finder_span finder_from_tag(struct finder_text text) {
    return tag_of(text, SS_HEADER_FROM);
}

unsigned finder_cseq_method(struct finder_text text) {
    struct ss_text message = as_text(text);
    return ss_cseq_method(&message, value_of(&message, SS_HEADER_CSEQ));
}

struct finder_span finder_branch(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_branch_at(&message, value_of(&message, SS_HEADER_VIA));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_named_call(struct finder_text text, int invite) {
    struct ss_text message = as_text(text);
    struct ss_span span = {0, 0, 0};
    if (invite)
        span = ss_named_call(&message, value_of(&message, SS_HEADER_REPLACES));
    if (!span.length)
        span = ss_named_call(&message, value_of(&message, SS_HEADER_TARGET_DIALOG));
    return (struct finder_span){span.offset, span.length};
}

int finder_is_end_of_bye(struct finder_text text) {
    struct ss_text message = as_text(text);
    return ss_is_end_of_bye(&message, ss_skip_line_ends(&message)) &&
           ss_is_of_bye(&message, value_of(&message, SS_HEADER_CSEQ));
}

struct finder_span finder_user_agent(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct finder_span span = {value_of(&message, SS_HEADER_USER_AGENT), 0};
    while (span.offset && ss_text_byte(&message, (__u32)(span.offset + span.length)) >= ' ')
        span.length++;
    return span;
}

int finder_has_agent(struct finder_text text, const struct ss_guard_agent *names) {
    struct ss_text message = as_text(text);
    struct ss_agent_start start;
    __u32 at = value_of(&message, SS_HEADER_USER_AGENT);
    return at && ss_agent_start_at(&message, at, &start) && ss_begins_as(&start, names);
}

int finder_is_stun(struct finder_text text) {
    struct ss_text message = as_text(text);
    return ss_is_stun(&message);
}

int finder_is_complete(struct finder_text text) {
    struct ss_text message = as_text(text);
    const struct ss_headers headers = headers_of(&message);
    const struct ss_message first = ss_classify(&message);
    const int tagged = ss_has_tag(&message, headers.value[SS_HEADER_TO]);
    const int loose = ss_event_of(first.method) == SS_EVENT_START && !tagged;
    return ss_is_complete(&message, first.start, first.method, &headers, 0, loose);
}

int finder_is_sound(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_headers headers = headers_of(&message);
    const struct ss_message first = ss_classify(&message);
    ss_find_more_headers(&message, SS_TO_THE_END, &headers);
    return ss_is_sound(&message, first.method == SS_METHOD_NONE ? SS_METHOD_OTHER : first.method,
                       &headers);
}

int finder_is_cut(struct finder_text text) {
    struct ss_text message = as_text(text);
    const struct ss_headers headers = headers_of(&message);
    return ss_headers_are_cut(&headers);
}

uint64_t finder_hash(const uint64_t secret[2], struct finder_text text, struct finder_span span) {
    const __u64 key[2] = {secret[0], secret[1]};
    struct ss_text message = as_text(text);
    return ss_hash_text(key, &message, (__u32)span.offset, (__u32)span.length);
}

static struct ss_span as_span(struct finder_span span) {
    struct ss_span result = {(__u32)span.offset, (__u32)span.length, 0};
    return result;
}

uint64_t finder_hash_user(const uint64_t secret[2], struct finder_text text,
                          struct finder_span user) {
    const __u64 key[2] = {secret[0], secret[1]};
    const struct ss_text message = as_text(text);
    const struct ss_span span = as_span(user);
    return ss_hash_user(key, &message, &span);
}

uint64_t finder_hash_sent_by(const uint64_t secret[2], struct finder_text text,
                             struct finder_span sent_by) {
    const __u64 key[2] = {secret[0], secret[1]};
    const struct ss_text message = as_text(text);
    const struct ss_span span = as_span(sent_by);
    return ss_hash_sent_by(key, &message, &span);
}

uint64_t finder_hash_words(const uint64_t secret[2], uint64_t first, uint64_t second) {
    const __u64 key[2] = {secret[0], secret[1]};
    return ss_hash_words(key, first, second);
}

unsigned finder_event_of(unsigned method) {
    return ss_event_of(method);
}

unsigned finder_event_in_dialog(unsigned method) {
    return ss_event_in_dialog(method);
}

unsigned finder_event_for(unsigned method, int tagged, unsigned state) {
    return ss_event_for(method, tagged, state);
}

int finder_is_of_dialog(unsigned event) {
    return ss_is_of_dialog(event);
}

int finder_may_change(unsigned state, unsigned event) {
    return ss_may_change(state, event);
}

unsigned finder_first_state(unsigned event) {
    return ss_first_state(event);
}

unsigned finder_next_state(unsigned state, unsigned event) {
    return ss_next_state(state, event);
}
