/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is done with a packet that was parsed: a message, a later fragment or an ICMP error for a
 * service; anything else goes to the kernel untouched.
 */
#ifndef SIPSTEER_BPF_STEER_H
#define SIPSTEER_BPF_STEER_H

#include "forward.h"
#include "fragments.h"
#include "icmp.h"
#include "key.h"
#include "match.h"
#include "parse.h"
#include "scattered.h"
#include "select.h"

/* Ends a packet's way without a server. Gives the XDP action. */
SS_INLINE int ss_leave(struct ss_outcome *outcome, __u32 reason, __u32 verdict) {
    outcome->reason = reason;
    outcome->verdict = verdict;
    return verdict == SS_VERDICT_PASS ? XDP_PASS : XDP_DROP;
}

/* The key of a packet's message, wherever in the frame the Call-ID lies. */
SS_INLINE void ss_find_key(struct xdp_md *ctx, const struct ss_packet *packet, struct ss_key *key) {
    ss_classify_packet(ctx, packet, key);
    if (!ss_make_key(ctx, packet, key) && !ss_in_one_piece(ctx, packet))
        ss_make_key_scattered(ctx, packet, key);
}

/* Index of the pool that takes a service's messages of a method. */
SS_INLINE __u32 ss_pool_of(const struct ss_service *service, __u32 method) {
    return service->pool[method < SS_METHODS ? method : SS_METHOD_NONE];
}

/* Remembers what packets that cannot be steered by themselves are steered by. */
SS_INLINE void ss_remember(const struct ss_packet *packet, const struct ss_outcome *outcome) {
    if (packet->part == SS_FIRST_FRAGMENT)
        ss_fragment_remember(packet, outcome);
    if (outcome->new_call || outcome->rehomed)
        ss_flow_remember(packet, outcome);
}

/* A UDP datagram: if it is for a service, chooses its server and forwards it there. */
SS_STAGE int ss_steer_datagram(struct xdp_md *ctx, struct ss_packet *packet,
                               struct ss_outcome *outcome) {
    if (!packet || !outcome)
        return XDP_PASS;
    struct ss_service *service = ss_match_service(packet);
    if (!service)
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    outcome->matched = 1;
    outcome->service = service->id;
    struct ss_key key = {};
    if (packet->part == SS_FIRST_FRAGMENT &&
        (ss_fragment_is_absurd(packet) || ss_fragment_is_repeated(packet)))
        return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    ss_find_key(ctx, packet, &key);
    outcome->message = 1;
    outcome->method = key.method;
    __u32 pool_index = ss_pool_of(service, key.method);
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    if (!pool || !pool->in_use)
        return ss_leave(outcome, SS_REASON_NO_SERVER, SS_VERDICT_DROP);
    if (!key.from_sip && pool->no_call_id == SS_NO_CALL_ID_PASS)
        return ss_leave(outcome, key.reason, SS_VERDICT_PASS);
    if (!key.from_sip && pool->no_call_id == SS_NO_CALL_ID_DROP)
        return ss_leave(outcome, key.reason, SS_VERDICT_DROP);
    ss_select(pool_index, pool->mode, &key, outcome);
    if (outcome->server == SS_NO_SERVER)
        return ss_leave(outcome, SS_REASON_NO_SERVER, SS_VERDICT_DROP);
    if (!key.from_sip)
        outcome->reason = key.reason;
    ss_remember(packet, outcome);
    return ss_forward(ctx, packet, outcome);
}

/* A fragment without ports: after its first one. */
SS_STAGE int ss_steer_later_fragment(struct xdp_md *ctx, struct ss_packet *packet,
                                     struct ss_outcome *outcome) {
    struct ss_fragment_key key;
    if (!packet || !outcome)
        return XDP_PASS;
    if (!ss_is_vip(packet))
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    if (ss_fragment_is_absurd(packet))
        return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    ss_fragment_make_key(packet, &key);
    struct ss_fragment *fragment = ss_fragment_find(&key);
    if (!fragment) {
        int reason = ss_fragment_hold(ctx, packet);
        return ss_leave(outcome, (__u32)reason,
                        reason == SS_REASON_FRAGMENT_HELD ? SS_VERDICT_HOLD : SS_VERDICT_DROP);
    }
    outcome->reason = SS_REASON_FRAGMENT;
    outcome->matched = 1;
    outcome->service = fragment->service;
    outcome->server = fragment->server;
    if (ss_fragment_note(packet, &key, fragment))
        return ss_leave(outcome, SS_REASON_FRAGMENT_ABSURD, SS_VERDICT_DROP);
    return ss_forward(ctx, packet, outcome);
}

/* The server that sent the datagram an ICMP error quotes: by its Call-ID, else by its flow. */
SS_INLINE __u32 ss_quoted_server(struct xdp_md *ctx, const struct ss_packet *packet,
                                 const struct ss_service *service) {
    struct ss_key key = {};
    ss_classify_packet(ctx, packet, &key);
    ss_make_key(ctx, packet, &key);
    __u32 pool_index = ss_pool_of(service, key.method);
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    __u32 server = SS_NO_SERVER;
    if (pool && pool->in_use && key.from_sip)
        server = (__u32)ss_find_server(pool_index, pool->mode, &key);
    return server == SS_NO_SERVER ? ss_flow_server(packet, service->id) : server;
}

SS_STAGE int ss_steer_icmp_error(struct xdp_md *ctx, struct ss_packet *packet,
                                 struct ss_outcome *outcome) {
    if (!packet || !outcome)
        return XDP_PASS;
    if (!ss_parse_icmp_error(ctx, packet))
        return ss_leave(outcome, SS_REASON_NOT_UDP, SS_VERDICT_PASS);
    struct ss_service *service = ss_match_quoted(packet);
    if (!service)
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    outcome->matched = 1;
    outcome->service = service->id;
    outcome->server = ss_quoted_server(ctx, packet, service);
    if (outcome->server == SS_NO_SERVER)
        return ss_leave(outcome, SS_REASON_ICMP_ERROR, SS_VERDICT_PASS);
    outcome->reason = SS_REASON_ICMP_ERROR;
    return ss_forward(ctx, packet, outcome);
}

SS_INLINE int ss_steer(struct xdp_md *ctx, struct ss_packet *packet, struct ss_outcome *outcome) {
    int parsed = ss_parse(ctx, packet);
    if (parsed != SS_PARSED)
        return ss_leave(outcome, (__u32)parsed, SS_VERDICT_PASS);
    if (packet->protocol != IPPROTO_UDP)
        return ss_steer_icmp_error(ctx, packet, outcome);
    if (packet->part == SS_LATER_FRAGMENT)
        return ss_steer_later_fragment(ctx, packet, outcome);
    return ss_steer_datagram(ctx, packet, outcome);
}

#endif /* SIPSTEER_BPF_STEER_H */
