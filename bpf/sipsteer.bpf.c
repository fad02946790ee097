/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The data plane: the way of one packet, stage by stage. Each stage has a header of its own.
 *
 *   parse -> match the service -> key (Call-ID) -> select a server -> forward -> count
 *
 * What is not for a service goes to the kernel untouched.
 */
#include "maps.h"
#include "packet.h"

#include "count.h"
#include "forward.h"
#include "fragments.h"
#include "key.h"
#include "match.h"
#include "parse.h"
#include "select.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SS_INLINE int ss_leave(struct ss_outcome *outcome, __u32 reason, __u32 verdict) {
    outcome->reason = reason;
    outcome->verdict = verdict;
    return verdict == SS_VERDICT_DROP ? XDP_DROP : XDP_PASS;
}


SS_INLINE int ss_steer_later_fragment(struct xdp_md *ctx, struct ss_packet *packet, struct ss_outcome *outcome) {
    struct ss_fragment *fragment = ss_fragment_find(packet);
    if (!fragment && ss_is_vip(packet))
        return ss_leave(outcome, SS_REASON_FRAGMENT_ORPHAN, SS_VERDICT_DROP);
    if (!fragment)
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    outcome->reason = SS_REASON_FRAGMENT;
    outcome->matched = 1;
    outcome->service = fragment->service;
    outcome->server = fragment->server;
    return ss_forward(ctx, packet, outcome);
}

/* Chooses the server of a message for a service, and forwards it there. */
SS_INLINE int ss_steer_message(struct xdp_md *ctx, struct ss_packet *packet, const struct ss_service *service,
                               struct ss_outcome *outcome) {
    __u32 pool_index = service->pool;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    if (!pool || !pool->in_use)
        return ss_leave(outcome, SS_REASON_NO_SERVER, SS_VERDICT_DROP);
    struct ss_key key = {};
    ss_make_key(ctx, packet, &key);
    if (!key.from_sip && pool->no_call_id == SS_NO_CALL_ID_PASS)
        return ss_leave(outcome, key.reason, SS_VERDICT_PASS);
    if (!key.from_sip && pool->no_call_id == SS_NO_CALL_ID_DROP)
        return ss_leave(outcome, key.reason, SS_VERDICT_DROP);
    ss_select(pool_index, pool->mode, &key, outcome);
    if (outcome->server == SS_NO_SERVER)
        return ss_leave(outcome, SS_REASON_NO_SERVER, SS_VERDICT_DROP);
    if (!key.from_sip)
        outcome->reason = key.reason;
    if (packet->part == SS_FIRST_FRAGMENT)
        ss_fragment_remember(packet, outcome);
    return ss_forward(ctx, packet, outcome);
}

SS_INLINE int ss_steer(struct xdp_md *ctx, struct ss_packet *packet, struct ss_outcome *outcome) {
    int parsed = ss_parse(ctx, packet);
    if (parsed != SS_PARSED)
        return ss_leave(outcome, (__u32)parsed, SS_VERDICT_PASS);
    if (packet->part == SS_LATER_FRAGMENT)
        return ss_steer_later_fragment(ctx, packet, outcome);
    struct ss_service *service = ss_match_service(packet);
    if (!service)
        return ss_leave(outcome, SS_REASON_NOT_SERVICE, SS_VERDICT_PASS);
    outcome->matched = 1;
    outcome->service = service->id;
    return ss_steer_message(ctx, packet, service, outcome);
}

SEC("xdp.frags")
int sipsteer(struct xdp_md *ctx) {
    struct ss_packet packet = {};
    struct ss_outcome outcome = {.server = SS_NO_SERVER};
    __u64 bytes = bpf_xdp_get_buff_len(ctx);
    int action = ss_steer(ctx, &packet, &outcome);
    ss_count(&outcome, bytes);
    return action;
}
