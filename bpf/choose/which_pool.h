/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which pool of a service takes a message, where methods have pools of their own.
 *
 * The method of a response is that in its CSeq (RFC 3261, 17.1.3). What belongs to a dialog goes
 * where the dialog is: the NOTIFY of a REFER to the pool of the INVITE, though others go to the
 * pool of subscriptions (RFC 3515, 2.4.4). That is known of stateful pools that go by the Call-ID.
 *
 * So is what names a call (Replaces, Target-Dialog): its server is in the pool of that call.
 *
 * A response whose topmost Via names a server goes to that one's pool (sender.h): a server of one
 * pool may ask what clients ask of another one, by OPTIONS for example.
 */
#ifndef SIPSTEER_BPF_WHICH_POOL_H
#define SIPSTEER_BPF_WHICH_POOL_H

#include "../calls/known.h"
#include "../calls/reading.h"
#include "../message/values.h"
#include "../net/match.h"
#include "sender.h"

struct ss_pool_search {
    struct ss_service *service;
    __u64 call;
    __u32 own;
    __u32 found;
};

static long ss_pool_search_step(__u32 index, void *context) {
    struct ss_pool_search *search = context;
    SS_PIN(index);
    if (index >= SS_METHODS)
        return SS_STOP;
    __u32 pool = search->service->pool[index];
    if (pool == search->own || ss_state_of(pool, search->call) == SS_CALL_EMPTY)
        return SS_GO_ON;
    search->found = pool;
    return SS_STOP;
}

/* Another pool of the service that has a call, by its Call-ID's hash; own if there is none. */
SS_INLINE __u32 ss_pool_of_call(struct ss_service *service, __u64 call, __u32 own) {
    struct ss_pool_search search = {service, call, own, own};
    if (ss_state_of(own, call) != SS_CALL_EMPTY)
        return own;
    bpf_loop(SS_METHODS, ss_pool_search_step, &search, 0);
    return search.found;
}

struct ss_sender_search {
    struct xdp_md *ctx;
    const struct ss_packet *packet;
    struct ss_service *service;
    __u32 via;
    __u32 own;
    __u32 last; /* pool that was looked at */
    __u32 found;
};

static long ss_sender_search_step(__u32 index, void *context) {
    struct ss_sender_search *search = context;
    SS_PIN(index);
    if (index >= SS_METHODS)
        return SS_STOP;
    __u32 pool = search->service->pool[index];
    if (pool == search->own || pool == search->last)
        return SS_GO_ON;
    search->last = pool;
    if (ss_sender(search->ctx, search->packet, pool, search->via) == SS_NO_SERVER)
        return SS_GO_ON;
    search->found = pool;
    return SS_STOP;
}

/*
 * The pool whose server sent what a response answers, of those of a service; own if that has it, or
 * none.
 */
SS_INLINE __u32 ss_pool_of_sender(struct xdp_md *ctx, const struct ss_packet *packet,
                                  struct ss_service *service, const struct ss_key *key, __u32 own) {
    __u32 via = key->headers.value[SS_HEADER_VIA];
    struct ss_sender_search search = {ctx, packet, service, via, own, own, own};
    if (ss_sender(ctx, packet, own, via) == SS_NO_SERVER)
        bpf_loop(SS_METHODS, ss_sender_search_step, &search, 0);
    return search.found;
}

/* The hash of the call that a request names; 0: none. */
SS_STAGE __u64 ss_named_by(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    if (!packet || !key)
        return 0;
    ss_find_rest(ctx, packet, &key->headers);
    __u32 replaces = key->headers.value[SS_HEADER_REPLACES];
    __u32 target = key->headers.value[SS_HEADER_TARGET_DIALOG];
    if (replaces && key->method == SS_METHOD_INVITE)
        return ss_call_named_at(ctx, packet, replaces);
    return target ? ss_call_named_at(ctx, packet, target) : 0;
}

/* Whether a message belongs to something that has begun. */
SS_INLINE int ss_goes_on(struct xdp_md *ctx, const struct ss_packet *packet,
                         const struct ss_key *key) {
    if (key->event == SS_EVENT_START || key->event == SS_EVENT_OTHER)
        return ss_event_in_dialog(key->method) != key->event &&
               ss_is_tagged(ctx, packet, key->headers.value[SS_HEADER_TO]);
    return 1;
}

/* Index of the pool that takes a message of a service, by its key. */
SS_INLINE __u32 ss_which_pool(struct xdp_md *ctx, const struct ss_packet *packet,
                              struct ss_service *service, struct ss_key *key) {
    __u32 method = key->method;
    if (!service->by_method || !key->from_sip)
        return ss_pool_of(service, method);
    if (method >= SS_METHOD_RESPONSE_1XX) {
        __u32 asked = ss_method_in_cseq(ctx, packet, key->headers.value[SS_HEADER_CSEQ]);
        method = asked == SS_METHOD_NONE ? method : asked;
    }
    __u32 own = ss_pool_of(service, method);
    if (key->method >= SS_METHOD_RESPONSE_1XX) {
        __u32 asked = ss_pool_of_sender(ctx, packet, service, key, own);
        if (asked != own)
            return asked;
    }
    if (ss_goes_on(ctx, packet, key))
        return ss_pool_of_call(service, key->hash, own);
    __u64 named = key->method == SS_METHOD_REGISTER ? 0 : ss_named_by(ctx, packet, key);
    return named ? ss_pool_of_call(service, named, own) : own;
}

#endif /* SIPSTEER_BPF_WHICH_POOL_H */
