// SPDX-License-Identifier: Apache-2.0
//
// The pure parts of the data plane (bpf/), compiled natively as C and callable from C and C++.
// A text is `readable` bytes of memory that hold a message of `length` bytes: fewer bytes than the
// message has if its packet was cut short, more if something follows it in the packet.
#pragma once

#include <sipsteer/call_life.h>
#include <sipsteer/guard.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(readability-identifier-naming): C, named as in bpf/.

struct finder_text {
    const uint8_t *start;
    size_t readable;
    size_t length;
};

/* A part of a text; length 0: there is none. */
struct finder_span {
    size_t offset;
    size_t length;
};

/* enum ss_event: a message's meaning to its call. */
enum finder_event {
#define FINDER_EVENT(number, symbol, name, words) FINDER_##symbol = (number),
    SS_EVENT_LIST(FINDER_EVENT)
#undef FINDER_EVENT
};

/* As ss_classify: where the first line starts, enum ss_method. */
struct finder_message {
    size_t start;
    unsigned method;
};

struct finder_span finder_call_id(struct finder_text text);
/* The user in To. */
struct finder_span finder_user(struct finder_text text);
/* The user in a request's Request-URI. */
struct finder_span finder_request_user(struct finder_text text);
/* sent-by in the topmost Via. */
struct finder_span finder_sent_by(struct finder_text text);
/* The value of received there. */
struct finder_span finder_received(struct finder_text text);
struct finder_message finder_classify(struct finder_text text);
/* Whether To has a tag. */
int finder_has_to_tag(struct finder_text text);
/* The tags of To and of From. */
struct finder_span finder_to_tag(struct finder_text text);
struct finder_span finder_from_tag(struct finder_text text);
/* enum ss_method of CSeq; SS_METHOD_NONE if there is none. */
unsigned finder_cseq_method(struct finder_text text);
/* The Call-ID in Replaces, if it is an INVITE, else in Target-Dialog. */
struct finder_span finder_named_call(struct finder_text text, int invite);
/* The topmost Via's branch, or its value if that is not unique. */
struct finder_span finder_branch(struct finder_text text);
/* The value of User-Agent, from its first byte to the end of its first line. */
struct finder_span finder_user_agent(struct finder_text text);
/* Whether that begins as one of SS_GUARD_AGENTS names: ss_begins_as. */
int finder_has_agent(struct finder_text text, const struct ss_guard_agent *names);
int finder_is_stun(struct finder_text text);
/* Whether it has what no server does without: ss_is_complete; for an INVITE of no dialog, loose. */
int finder_is_complete(struct finder_text text);

/* Whether one that is complete may change a call that the table has: ss_is_sound. */
int finder_is_sound(struct finder_text text);
/* Whether it has more lines than are looked at: ss_headers_are_cut. */
int finder_is_cut(struct finder_text text);
/* Whether a response is the answer to a BYE that ends the call: ss_is_end_of_bye, ss_is_of_bye. */
int finder_is_end_of_bye(struct finder_text text);

uint64_t finder_hash(const uint64_t secret[2], struct finder_text text, struct finder_span span);
/* Hashes of a user and of a sent-by, the same for each spelling: bpf/text/alike.h. */
uint64_t finder_hash_user(const uint64_t secret[2], struct finder_text text,
                          struct finder_span user);
uint64_t finder_hash_sent_by(const uint64_t secret[2], struct finder_text text,
                             struct finder_span sent_by);
uint64_t finder_hash_words(const uint64_t secret[2], uint64_t first, uint64_t second);

/* enum finder_event from enum ss_method: by itself, and of a request with a tag in To. */
unsigned finder_event_of(unsigned method);
unsigned finder_event_in_dialog(unsigned method);
/* The same of a request of a call in enum ss_call_state; tagged: its To has a tag. */
unsigned finder_event_for(unsigned method, int tagged, unsigned state);
/* Whether it may be that of a dialog which the call table should know: ss_is_of_dialog. */
int finder_is_of_dialog(unsigned event);

/* Whether a message may change a call in an enum ss_call_state: ss_may_change. */
int finder_may_change(unsigned state, unsigned event);

/* enum ss_call_state from enum finder_event. */
unsigned finder_first_state(unsigned event);
unsigned finder_next_state(unsigned state, unsigned event);

// NOLINTEND(readability-identifier-naming)

#ifdef __cplusplus
}
#endif
