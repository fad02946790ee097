/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fragments of steered datagrams: the first one's server is remembered for those that follow.
 */
#ifndef SIPSTEER_BPF_FRAGMENTS_H
#define SIPSTEER_BPF_FRAGMENTS_H

#include "maps.h"
#include "packet.h"

SS_INLINE void ss_fragment_make_key(const struct ss_packet *packet, struct ss_fragment_key *key) {
    __builtin_memcpy(key->source, packet->source, 16);
    __builtin_memcpy(key->destination, packet->destination, 16);
    key->id = packet->fragment_id;
    key->protocol = packet->protocol;
}

/* After the first fragment was given a server. */
SS_INLINE void ss_fragment_remember(const struct ss_packet *packet,
                                    const struct ss_outcome *outcome) {
    struct ss_fragment_key key;
    struct ss_fragment value = {(__u16)outcome->service, (__u16)outcome->server, 0};
    ss_fragment_make_key(packet, &key);
    bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
}

/* For a later fragment: the first one's server, or NULL if that was not steered here. */
SS_INLINE struct ss_fragment *ss_fragment_find(const struct ss_packet *packet) {
    struct ss_fragment_key key;
    ss_fragment_make_key(packet, &key);
    return bpf_map_lookup_elem(&fragments, &key);
}

#endif /* SIPSTEER_BPF_FRAGMENTS_H */
