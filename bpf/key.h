/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From a message to the key that steers it: the hash of its Call-ID or, without one, of the
 * client's address.
 */
#ifndef SIPSTEER_BPF_KEY_H
#define SIPSTEER_BPF_KEY_H

#include "callid.h"
#include "maps.h"
#include "message.h"
#include "packet.h"
#include "siphash.h"

struct ss_key {
    __u64 hash;
    __u32 event;   /* enum ss_event */
    __u8 from_sip; /* hash is of a Call-ID; else of the source, and reason says why */
    __u8 reason;   /* enum ss_reason: what the datagram is that has no Call-ID */
};

/* What a datagram without a Call-ID is. */
SS_INLINE __u8 ss_kind_without_call_id(const struct ss_text *text,
                                       const struct ss_message *message) {
    if (message->start >= text->length)
        return SS_REASON_KEEPALIVE;
    if (ss_is_stun(text))
        return SS_REASON_STUN;
    return message->sip ? SS_REASON_NO_CALL_ID : SS_REASON_NOT_SIP;
}

SS_INLINE __u64 ss_hash_source(const struct ss_packet *packet, const __u64 secret[2]) {
    __u64 words[2];
    __builtin_memcpy(words, packet->source, 16);
    return ss_hash_words(secret, words[0], words[1]);
}

/* Makes the key of the message in a packet that was parsed. 0, always. */
SS_STAGE int ss_make_key(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    if (!packet || !key)
        return 0;
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    struct ss_text text = {ss_at(ctx, packet->message), ss_data_end(ctx), 0, ctx->rx_queue_index};
    text.length = ss_forget(&text, packet->message_length < SS_TEXT_MAX ? packet->message_length
                                                                        : SS_TEXT_MAX);
    struct ss_message message = ss_classify(&text);
    struct ss_span call_id = ss_find_call_id(&text, message.start);
    key->event = message.event;
    if (call_id.length) {
        key->hash = ss_hash_text(secret, &text, call_id.offset, call_id.length);
        key->from_sip = 1;
        return 0;
    }
    key->reason = ss_kind_without_call_id(&text, &message);
    key->event = SS_EVENT_SOURCE;
    key->hash = ss_hash_source(packet, secret);
    return 0;
}

#endif /* SIPSTEER_BPF_KEY_H */
