/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Keys of pools that go by more than the Call-ID (enum ss_pool_key), and by the client's address
 * (SS_SCHEDULER_SOURCE).
 *
 * Address-of-record: the user in To. A REGISTER is known by it, and so leaves an entry in the call
 * table that names the user's server. Another message is known by its Call-ID; while the table
 * does not have that, it goes to the server of its user's entry, or where that entry would be. So
 * a user's registration and the calls to it meet. Other requests than REGISTER may name their user
 * in the Request-URI instead (SS_KEY_REQUEST_URI): a proxy before this one may have retargeted
 * them.
 *
 * Call-ID and Via: the topmost Via's sent-by tells apart calls that share a Call-ID, as the two
 * legs do that a back-to-back user agent made of one call. It is that of the sender in requests
 * alone: a response has the server's own on top, and its key is that of all responses of the
 * Call-ID.
 *
 * A phone behind a NAT may write another sent-by once it has learnt its public address (RFC 3581).
 * Its address stays what it was. So in a stateful pool the ring is asked by Call-ID and source
 * address: a request that the table does not know goes where the call went that the ring placed.
 *
 * What a message does not have (no user, no Via) leaves its key as it is: the Call-ID's.
 */
#ifndef SIPSTEER_BPF_EXTEND_H
#define SIPSTEER_BPF_EXTEND_H

#include "../text/alike.h"
#include "../text/user.h"
#include "../text/via.h"
#include "key.h"
#include "scattered.h"

/* Two hashes as one, different for each use: the same text can be user and Call-ID. */
SS_INLINE __u64 ss_combine(const __u64 secret[2], __u64 hash, __u64 other, __u32 use) {
    return ss_hash_words(secret, hash, other + use);
}

/*
 * Where the value is that names a message's user: To, or the first line of a request that is to go
 * by its Request-URI. Behind the method's first letter, as 0 stands for no value.
 */
SS_INLINE __u32 ss_user_at(const struct ss_key *key) {
    if (key->by == SS_KEY_REQUEST_URI && key->method != SS_METHOD_REGISTER &&
        key->method < SS_METHOD_RESPONSE_1XX)
        return (__u32)key->start + 1;
    return key->headers.value[SS_HEADER_TO];
}

SS_INLINE void ss_extend_by_user(const struct ss_text *text, struct ss_key *key) {
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    struct ss_span user = ss_find_user(text, ss_user_at(key));
    if (!user.length)
        return;
    __u64 hash = ss_hash_user(secret, text, &user);
    hash = ss_combine(secret, hash, 0, SS_KEY_ADDRESS_OF_RECORD);
    key->ring = hash;
    if (key->method == SS_METHOD_REGISTER)
        key->hash = hash;
    else
        key->user = hash;
}

SS_INLINE void ss_extend_by_via(const struct ss_text *text, const struct ss_packet *packet,
                                struct ss_key *key) {
    const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
    struct ss_span sent_by = ss_sent_by_at(text, key->headers.value[SS_HEADER_VIA]);
    if (!sent_by.length)
        return;
    __u64 call = key->hash;
    key->hash =
        ss_combine(secret, call, ss_hash_sent_by(secret, text, &sent_by), SS_KEY_CALL_ID_AND_VIA);
    key->ring = key->hash;
    if (key->mode == SS_POOL_STATEFUL && key->method < SS_METHOD_RESPONSE_1XX)
        key->ring =
            ss_combine(secret, call + ss_hash_source(packet, secret), 0, SS_KEY_CALL_ID_AND_VIA);
}

/*
 * Stages of their own, so that each search is verified once; over a copy, so that there is one for
 * messages in one piece and in several. 0, always.
 */
SS_STAGE int ss_extend_user(struct xdp_md *ctx, const struct ss_packet *packet,
                            struct ss_key *key) {
    struct ss_text text;
    if (packet && key && !ss_gather(ctx, packet, &text))
        ss_extend_by_user(&text, key);
    return 0;
}

SS_STAGE int ss_extend_via(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    struct ss_text text;
    if (packet && key && !ss_gather(ctx, packet, &text))
        ss_extend_by_via(&text, packet, key);
    return 0;
}

SS_INLINE void ss_extend_key(struct xdp_md *ctx, const struct ss_packet *packet,
                             const struct ss_pool *pool, struct ss_key *key) {
    if (key->from_sip && ss_key_is_of_user(pool->key))
        ss_extend_user(ctx, packet, key);
    if (key->from_sip && pool->key == SS_KEY_CALL_ID_AND_VIA)
        ss_extend_via(ctx, packet, key);
    if (pool->scheduler == SS_SCHEDULER_SOURCE) {
        const __u64 secret[2] = {settings.secret[0], settings.secret[1]};
        key->ring = ss_hash_source(packet, secret);
    }
}

#endif /* SIPSTEER_BPF_EXTEND_H */
