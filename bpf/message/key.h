/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From a message to the key that steers it: the hash of its Call-ID or, without one, of the
 * client's address. A pool may want more than that (ss_pool_key, extend.h).
 */
#ifndef SIPSTEER_BPF_KEY_H
#define SIPSTEER_BPF_KEY_H

#include "../net/maps.h"
#include "../net/packet.h"
#include "../text/callid.h"
#include "../text/message.h"
#include "../text/siphash.h"

_Static_assert(SS_KEY_REQUEST_URI <= 3, "two bits hold the keys of pools");

/* A fragmented datagram gets its server by its first fragment, and changes the table when whole. */
enum ss_part_of_way {
    SS_CHOOSE_AND_NOTE = 0, /* any other one */
    SS_CHOOSE,              /* the first fragment: the table is asked, not changed */
    SS_NOTE,                /* whole: key->sender says where it went */
};

struct ss_key {
    __u64 hash; /* of the call: by this the table knows it */
    __u64 ring; /* what the pool's ring is asked by; the same, unless the pool wants otherwise */
    __u64 user; /* of the registration, or the call named, whose server a new call gets; 0: none */
    __u32 attempt; /* of an INVITE, an ACK or a CANCEL (attempt.h); 0: not known */
    __u16 dialog;  /* of what confirms a call or ends it (tag.h); 0: not known */
    __u16 start;   /* offset of the message's first line (message.h) */
    __u16 sender;  /* index of the server that a response is for, that the flow of a datagram
                      without a Call-ID belongs to or, in SS_NOTE, that got the datagram, and 1;
                      0: not known */
    struct ss_headers headers;
    __u8 event;        /* enum ss_event */
    __u8 method;       /* enum ss_method */
    __u8 from_sip : 1; /* hash is of a Call-ID; else of the source, and reason says why */
    __u8 todo : 2;     /* enum ss_part_of_way */
    __u8 mode : 2;     /* enum ss_pool_mode: of the pool that it is steered in */
    __u8 by : 2;       /* enum ss_pool_key: likewise */
    __u8 beside : 1;   /* hash is of another call under the Call-ID that user is of (reading.h) */
    __u8 reason;       /* enum ss_reason: what the datagram is that has no Call-ID */
};

/* What a datagram without a Call-ID is. */
SS_INLINE __u8 ss_kind_without_call_id(const struct ss_packet *packet, const struct ss_text *text,
                                       const struct ss_key *key) {
    if (packet->part == SS_FIRST_FRAGMENT)
        return SS_REASON_CALL_ID_BEYOND;
    if (key->start >= text->length)
        return SS_REASON_KEEPALIVE;
    if (ss_is_stun(text))
        return SS_REASON_STUN;
    if (ss_headers_are_cut(&key->headers))
        return SS_REASON_TOO_MANY_LINES;
    return key->method != SS_METHOD_NONE ? SS_REASON_NO_CALL_ID : SS_REASON_NOT_SIP;
}

SS_INLINE __u64 ss_hash_source(const struct ss_packet *packet, const __u64 secret[2]) {
    __u64 words[2];
    __builtin_memcpy(words, packet->source, 16);
    return ss_hash_words(secret, words[0], words[1]);
}

/* The same of the address that a quoted datagram was sent to (icmp.h). */
SS_INLINE __u64 ss_hash_destination(const struct ss_packet *packet) {
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    __u64 words[2];
    __builtin_memcpy(words, packet->destination, 16);
    return ss_hash_words(secret, words[0], words[1]);
}

/* The message, as far as the frame's first piece has it. */
SS_INLINE struct ss_text ss_message_text(struct xdp_md *ctx, const struct ss_packet *packet) {
    struct ss_text text = {ss_at(ctx, packet->message), ss_data_end(ctx), 0, ctx->rx_queue_index};
    text.length = ss_forget(&text, packet->message_length < SS_TEXT_MAX ? packet->message_length
                                                                        : SS_TEXT_MAX);
    return text;
}

/*
 * Sets start and method of the key. A stage of its own, so that the search for the Call-ID is not
 * verified again for each method. 0, always.
 */
SS_STAGE int ss_classify_packet(struct xdp_md *ctx, const struct ss_packet *packet,
                                struct ss_key *key) {
    if (!packet || !key)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const struct ss_message message = ss_classify(&text);
    key->start = (__u16)message.start;
    key->method = message.method;
    return 0;
}

/*
 * Sets the key to that of the text's Call-ID; 1 if it has one. A text that is not the whole
 * message may be cut off in the midst of it.
 */
SS_INLINE int ss_key_of_text(const struct ss_text *text, int whole, struct ss_key *key) {
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    ss_find_headers(text, key->start, SS_MAIN_HEADERS, &key->headers);
    struct ss_span call_id = ss_header_span(text, key->headers.value[SS_HEADER_CALL_ID]);
    if (!call_id.length || (call_id.open && !whole))
        return 0;
    key->hash = ss_hash_text(secret, text, call_id.offset, call_id.length);
    key->ring = key->hash;
    if (key->method == SS_METHOD_NONE)
        key->method = SS_METHOD_OTHER;
    key->event = (__u8)ss_event_of(key->method);
    key->from_sip = 1;
    return 1;
}

/* Whether the frame's first piece has all of the message that the frame has. */
SS_INLINE int ss_in_one_piece(struct xdp_md *ctx, const struct ss_packet *packet) {
    __u32 piece = (__u32)(ss_data_end(ctx) - ss_data(ctx));
    return (__u32)packet->message + packet->message_length <= piece;
}

/* Makes the key of a classified message that lies in one piece. 1 if there is a Call-ID. */
SS_STAGE int ss_make_key(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    if (!packet || !key)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_key_of_text(&text, packet->part != SS_FIRST_FRAGMENT, key);
}

/* The key of a datagram without a Call-ID: its source's. 0, always. */
SS_STAGE int ss_make_source_key(struct xdp_md *ctx, const struct ss_packet *packet,
                                struct ss_key *key) {
    if (!packet || !key)
        return 0;
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    const struct ss_text text = ss_message_text(ctx, packet);
    key->reason = ss_kind_without_call_id(packet, &text, key);
    key->event = SS_EVENT_SOURCE;
    key->hash = ss_hash_source(packet, secret);
    key->ring = key->hash;
    return 0;
}

#endif /* SIPSTEER_BPF_KEY_H */
