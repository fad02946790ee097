// SPDX-License-Identifier: Apache-2.0
#include "sip/finder.h"

#include "bpf/attempt.h"
#include "bpf/call_state.h"
#include "bpf/callid.h"
#include "bpf/cseq.h"
#include "bpf/end.h"
#include "bpf/message.h"
#include "bpf/named.h"
#include "bpf/siphash.h"
#include "bpf/tag.h"
#include "bpf/user.h"
#include "bpf/via.h"

#define SAME(name)                                                                                 \
    _Static_assert((int)FINDER_##name == (int)SS_EVENT_##name, "enum finder_event is enum "        \
                                                               "ss_event")
SAME(START);
SAME(ACK);
SAME(CANCEL);
SAME(END);
SAME(OTHER);
SAME(RESPONSE);
SAME(SOURCE);
SAME(REINVITE);
SAME(DIALOG);
SAME(ENDED);
SAME(FAILED);
SAME(COPY);

static struct ss_text as_text(struct finder_text text) {
    struct ss_text result = {text.start, text.start + text.readable,
                             (__u32)(text.length < SS_TEXT_MAX ? text.length : SS_TEXT_MAX), 0};
    return result;
}

struct finder_span finder_call_id(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_call_id(&message, ss_skip_line_ends(&message));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_user(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_user(&message, ss_skip_line_ends(&message));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_sent_by(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_span span = ss_find_sent_by(&message, ss_skip_line_ends(&message));
    return (struct finder_span){span.offset, span.length};
}

struct finder_message finder_classify(struct finder_text text) {
    struct ss_text message = as_text(text);
    struct ss_message result = ss_classify(&message);
    return (struct finder_message){result.start, result.method};
}

int finder_has_to_tag(struct finder_text text) {
    struct ss_text message = as_text(text);
    const struct ss_header to = SS_HEADER_TO;
    return ss_has_tag(&message, ss_find_header(&message, to, ss_skip_line_ends(&message)));
}

unsigned finder_cseq_method(struct finder_text text) {
    struct ss_text message = as_text(text);
    const struct ss_header cseq = SS_HEADER_CSEQ;
    return ss_cseq_method(&message, ss_find_header(&message, cseq, ss_skip_line_ends(&message)));
}

struct finder_span finder_branch(struct finder_text text) {
    const struct ss_header via = SS_HEADER_VIA;
    struct ss_text message = as_text(text);
    struct ss_span span =
        ss_branch_at(&message, ss_find_header(&message, via, ss_skip_line_ends(&message)));
    return (struct finder_span){span.offset, span.length};
}

struct finder_span finder_named_call(struct finder_text text, int invite) {
    const struct ss_header replaces = SS_HEADER_REPLACES, target = SS_HEADER_TARGET_DIALOG;
    struct ss_text message = as_text(text);
    const __u32 start = ss_skip_line_ends(&message);
    struct ss_span span = {0, 0, 0};
    if (invite)
        span = ss_named_call(&message, ss_find_header(&message, replaces, start));
    if (!span.length)
        span = ss_named_call(&message, ss_find_header(&message, target, start));
    return (struct finder_span){span.offset, span.length};
}

int finder_is_end_of_bye(struct finder_text text) {
    struct ss_text message = as_text(text);
    const struct ss_header cseq = SS_HEADER_CSEQ;
    const __u32 start = ss_skip_line_ends(&message);
    return ss_is_end_of_bye(&message, start) &&
           ss_is_of_bye(&message, ss_find_header(&message, cseq, start));
}

int finder_is_stun(struct finder_text text) {
    struct ss_text message = as_text(text);
    return ss_is_stun(&message);
}

uint64_t finder_hash(const uint64_t secret[2], struct finder_text text, struct finder_span span) {
    const __u64 key[2] = {secret[0], secret[1]};
    struct ss_text message = as_text(text);
    return ss_hash_text(key, &message, (__u32)span.offset, (__u32)span.length);
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

int finder_is_of_dialog(unsigned event) {
    return ss_is_of_dialog(event);
}

unsigned finder_first_state(unsigned event) {
    return ss_first_state(event);
}

unsigned finder_next_state(unsigned state, unsigned event) {
    return ss_next_state(state, event);
}
