/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server sent the datagram that an ICMP error quotes (icmp.h).
 */
#ifndef SIPSTEER_BPF_QUOTED_H
#define SIPSTEER_BPF_QUOTED_H

#include "../message/key.h"
#include "../net/match.h"
#include "icmp.h"
#include "select.h"

/*
 * Whether a quoted message shows its server. In a stateful pool the table has its call or not. A
 * stateless one must be the right one, which a response does not show where methods have pools of
 * their own, and go by the Call-ID alone: the topmost Via is the server's own.
 */
SS_INLINE int ss_quoted_shows_server(const struct ss_service *service, const struct ss_pool *pool,
                                     __u32 event) {
    if (pool->mode == SS_POOL_STATEFUL)
        return 1;
    return pool->key == SS_KEY_CALL_ID && (!service->by_method || event != SS_EVENT_RESPONSE);
}

/* A quoted message went to the client: its address is the destination's. */
SS_INLINE void ss_extend_quoted(const struct ss_pool *pool, const struct ss_packet *packet,
                                struct ss_key *key) {
    if (pool->scheduler == SS_SCHEDULER_SOURCE)
        key->ring = ss_hash_destination(packet);
}

/*
 * The server that sent the datagram an ICMP error quotes: by its Call-ID, else by its flow. Sets
 * the key to that of the Call-ID; its hash is 0 if none is quoted.
 */
SS_INLINE __u32 ss_quoted_server(struct xdp_md *ctx, const struct ss_packet *packet,
                                 const struct ss_service *service, struct ss_key *key) {
    ss_classify_packet(ctx, packet, key);
    if (!ss_make_key(ctx, packet, key))
        key->hash = 0;
    __u32 pool_index = ss_pool_of(service, key->method);
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    __u32 server = SS_NO_SERVER;
    if (pool && pool->in_use && key->from_sip &&
        ss_quoted_shows_server(service, pool, key->event)) {
        ss_extend_quoted(pool, packet, key);
        server = (__u32)ss_find_server(pool_index, pool->mode, key);
    }
    return server == SS_NO_SERVER ? ss_flow_server(packet, service->id) : server;
}

#endif /* SIPSTEER_BPF_QUOTED_H */
