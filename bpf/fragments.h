/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fragments of datagrams for a service (RFC 791, 3.2; RFC 8200, 4.5). The first one has the ports
 * and the Call-ID; its server is remembered for those that follow. One that overtakes the first
 * is handed to the controller, which sends it on once the first has passed.
 *
 * What a source can have of this is bounded in each window of about a second, so that a flood of
 * fragments displaces no other source's.
 */
#ifndef SIPSTEER_BPF_FRAGMENTS_H
#define SIPSTEER_BPF_FRAGMENTS_H

#include "maps.h"
#include "packet.h"

#include <sipsteer/fragment_parts.h>

SS_INLINE __u32 ss_fragment_now(void) {
    return (__u32)(bpf_ktime_get_coarse_ns() >> SS_FRAGMENT_TICK_SHIFT);
}

SS_INLINE void ss_fragment_make_key(const struct ss_packet *packet, struct ss_fragment_key *key) {
    __builtin_memcpy(key->source, packet->source, 16);
    __builtin_memcpy(key->destination, packet->destination, 16);
    key->id = packet->fragment_id;
    key->protocol = packet->protocol;
}

#define SS_DATAGRAM_MAX 65535U

/* A fragment that cannot be part of a datagram. */
SS_INLINE int ss_fragment_is_absurd(const struct ss_packet *packet) {
    return packet->fragment_length == 0 ||
           packet->fragment_start + packet->fragment_length > SS_DATAGRAM_MAX ||
           (packet->more && (packet->fragment_length & 7));
}

/* What the packet's source has used; NULL if that cannot be known. */
SS_INLINE struct ss_fragment_source *ss_fragment_source_of(const struct ss_packet *packet) {
    __u32 window = ss_fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT;
    struct ss_source source; /* a key must be on the stack (6.1) */
    __builtin_memcpy(source.address, packet->source, 16);
    struct ss_fragment_source *used = bpf_map_lookup_elem(&frag_sources, &source);
    if (!used) {
        struct ss_fragment_source fresh = {.window = window};
        bpf_map_update_elem(&frag_sources, &source, &fresh, BPF_ANY);
        return bpf_map_lookup_elem(&frag_sources, &source);
    }
    if (used->window != window) {
        used->window = window;
        used->firsts = 0;
        used->held = 0;
    }
    return used;
}

/* Counts one more; 1 if that is within the bound. */
SS_INLINE int ss_within(__u32 *count, __u32 most) {
    return __sync_fetch_and_add(count, 1) < most;
}

/*
 * Whether a first fragment is within its source's bound; counted as one. Beyond it the datagram is
 * of no use to anybody: its later fragments could not follow.
 */
SS_FRAME int ss_fragment_is_within(const struct ss_packet *packet) {
    struct ss_fragment_source *used = ss_fragment_source_of(packet);
    return used && ss_within(&used->firsts, settings.firsts_per_source);
}

/*
 * After the first fragment was given a server, or SS_FRAGMENT_PASS or SS_FRAGMENT_DROP. call: the
 * key of its call; pending: what its message does to that, NULL: nothing. 0, always.
 */
SS_STAGE int ss_fragment_remember(const struct ss_packet *packet, __u32 service, __u32 server,
                                  __u64 call, const struct ss_pending *pending) {
    if (!packet)
        return 0;
    struct ss_fragment_key key;
    struct ss_fragment value = {.service = (__u16)service,
                                .server = (__u16)server,
                                .since = ss_fragment_now(),
                                .key = call};
    if (pending)
        value.pending = *pending;
    value.passed[0].end = (__u16)(packet->fragment_length / 8);
    ss_fragment_make_key(packet, &key);
    bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
    return 0;
}

/* For a later fragment: what is known of its datagram, or NULL. */
SS_INLINE struct ss_fragment *ss_fragment_find(const struct ss_fragment_key *key) {
    struct ss_fragment *fragment = bpf_map_lookup_elem(&fragments, key);
    if (!fragment || ss_fragment_now() - fragment->since > settings.fragment_lifetime)
        return NULL;
    return fragment;
}

/* A first fragment of a datagram that has had one: it would overlap it (RFC 5722). */
SS_FRAME int ss_fragment_is_repeated(const struct ss_packet *packet) {
    struct ss_fragment_key key;
    ss_fragment_make_key(packet, &key);
    return ss_fragment_find(&key) != NULL;
}

/* The units that a fragment reaches to. */
SS_INLINE __u32 ss_fragment_end(const struct ss_packet *packet) {
    return (packet->fragment_start + packet->fragment_length + 7) / 8;
}

/* Notes that a later fragment passes; sum: of its bytes. Gives enum ss_fragment_noted. */
SS_INLINE int ss_fragment_note(const struct ss_packet *packet, struct ss_fragment *fragment,
                               __u64 sum) {
    __u32 end = packet->fragment_start + packet->fragment_length;
    __sync_fetch_and_add(&fragment->pending.sum, sum);
    int noted = ss_fragment_note_part(fragment, packet->fragment_start / 8, ss_fragment_end(packet),
                                      !packet->more);
    if (noted == SS_FRAGMENT_MISFIT)
        __sync_fetch_and_add(&fragment->pending.sum, -sum);
    else if (!packet->more && end != fragment->pending.length)
        fragment->pending.length = 0; /* its header was wrong about it: no server takes it */
    return noted;
}

/*
 * Hands a fragment that came before its first one to the controller. Gives the reason: held, or
 * why not.
 */
SS_STAGE int ss_fragment_hold(struct xdp_md *ctx, const struct ss_packet *packet) {
    __u32 zero = 0;
    struct ss_held_frame *draft = bpf_map_lookup_elem(&held_draft, &zero);
    if (!packet || !draft)
        return SS_REASON_FRAGMENT_NO_ROOM;
    struct ss_fragment_source *used = ss_fragment_source_of(packet);
    if (!used || !ss_within(&used->held, settings.held_per_source))
        return SS_REASON_FRAGMENT_LIMIT;
    __u32 length = packet->frame;
    if (!length || length > SS_HELD_FRAME)
        return SS_REASON_FRAGMENT_NO_ROOM;
    length = ss_at_least_one(length);
    if (bpf_xdp_load_bytes(ctx, 0, draft->frame, length))
        return SS_REASON_FRAGMENT_NO_ROOM;
    ss_fragment_make_key(packet, &draft->held.key);
    draft->held.since = ss_fragment_now();
    draft->held.ifindex = ctx->ingress_ifindex;
    draft->held.length = length;
    draft->held.ip = (__u16)packet->ip;
    draft->held.tags = packet->tags;
    draft->held.start = (__u16)(packet->fragment_start / 8);
    draft->held.end = (__u16)ss_fragment_end(packet);
    draft->held.last = !packet->more;
    if (bpf_ringbuf_output(&held, draft, sizeof(draft->held) + length, 0))
        return SS_REASON_FRAGMENT_NO_ROOM;
    return SS_REASON_FRAGMENT_HELD;
}

#endif /* SIPSTEER_BPF_FRAGMENTS_H */
