/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which service a packet is for.
 */
#ifndef SIPSTEER_BPF_MATCH_H
#define SIPSTEER_BPF_MATCH_H

#include "maps.h"
#include "packet.h"

/* The service at the packet's destination, or NULL. */
SS_INLINE struct ss_service *ss_match_service(const struct ss_packet *packet) {
    struct ss_service_key key = {.port = packet->destination_port, .protocol = packet->protocol};
    __builtin_memcpy(key.address, packet->destination, 16);
    return bpf_map_lookup_elem(&services, &key);
}

/* Whether the packet's destination address is a VIP, whatever the port. */
SS_FRAME int ss_is_vip(const struct ss_packet *packet) {
    struct ss_service_key key = {};
    __builtin_memcpy(key.address, packet->destination, 16);
    return bpf_map_lookup_elem(&services, &key) != NULL;
}

/* Whether the packet's destination address is a VIP with this mark (SS_MARK_*). */
SS_FRAME int ss_vip_has(const struct ss_packet *packet, __u32 mark) {
    struct ss_service_key key = {};
    __builtin_memcpy(key.address, packet->destination, 16);
    const struct ss_service *vip = bpf_map_lookup_elem(&services, &key);
    return vip && (vip->mark & mark);
}

/* Index of the pool that takes a service's messages of a method. */
SS_INLINE __u32 ss_pool_of(const struct ss_service *service, __u32 method) {
    return service->pool[method < SS_METHODS ? method : SS_METHOD_NONE];
}

#endif /* SIPSTEER_BPF_MATCH_H */
