/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Clients' flows (sipsteer/flow.h): where what shows no call belongs to.
 */
#ifndef SIPSTEER_BPF_FLOW_H
#define SIPSTEER_BPF_FLOW_H

#include "maps.h"
#include "packet.h"

#include <sipsteer/flow.h>

SS_INLINE void ss_flow_make_key(struct ss_flow_key *key, const __u8 client[16], __be16 port,
                                __u32 service) {
    __builtin_memcpy(key->client, client, 16);
    key->client_port = port;
    key->service = (__u16)service;
}

/*
 * Remembers where a client's flow goes. Looked up first: that keeps it from being the next to be
 * displaced, and costs less than a write where it is known already. home: the client's keep-alives
 * are to go there, too. 0, always.
 */
SS_STAGE int ss_flow_remember(const struct ss_packet *packet, const struct ss_outcome *outcome,
                              int home) {
    struct ss_flow_key key;
    if (!packet || !outcome)
        return 0;
    ss_flow_make_key(&key, packet->source, packet->source_port, outcome->service);
    struct ss_flow *known = bpf_map_lookup_elem(&flows, &key);
    struct ss_flow flow = {.server = (__u16)outcome->server, .home = known ? known->home : 0};
    if (home)
        flow.home = (__u16)(outcome->server + 1);
    if (!known || known->server != flow.server || known->home != flow.home)
        bpf_map_update_elem(&flows, &key, &flow, BPF_ANY);
    return 0;
}

/* The server of the flow that a quoted datagram belongs to; SS_NO_SERVER if it is not known. */
SS_INLINE __u32 ss_flow_server(const struct ss_packet *packet, __u32 service) {
    struct ss_flow_key key;
    ss_flow_make_key(&key, packet->destination, packet->destination_port, service);
    struct ss_flow *flow = bpf_map_lookup_elem(&flows, &key);
    return flow ? flow->server : SS_NO_SERVER;
}

/*
 * The server of the last REGISTER or INVITE of the flow that a packet comes by, and 1; 0 if it is
 * not known (RFC 5626, 4.4: keep-alives belong to the flow of a registration).
 */
SS_INLINE __u32 ss_flow_home(const struct ss_packet *packet, __u32 service) {
    struct ss_flow_key key;
    ss_flow_make_key(&key, packet->source, packet->source_port, service);
    struct ss_flow *flow = bpf_map_lookup_elem(&flows, &key);
    return flow ? flow->home : 0;
}

#endif /* SIPSTEER_BPF_FLOW_H */
