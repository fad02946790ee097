/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fragments of datagrams for a service (RFC 791, 3.2; RFC 8200, 4.5). The first one has the ports
 * and the Call-ID; its server is remembered for those that follow. One that overtakes the first
 * is handed to the controller. The first one tells the controller that it has passed, which then
 * sends the others.
 *
 * What a source can have of this is bounded in each window of about a second, so that a flood of
 * fragments displaces no other source's. The bounds count only while room is short: a flood in the
 * name of a victim is not to keep the victim out.
 */
#ifndef SIPSTEER_BPF_FRAGMENTS_H
#define SIPSTEER_BPF_FRAGMENTS_H

#include "../text/sum.h"
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
 * Whether all sources' first fragments of this window, with one more, leave those room that wait
 * for the rest of their datagrams: half the map is free then.
 */
SS_INLINE int ss_fragment_has_room(void) {
    __u32 zero = 0;
    struct ss_fragment_source *all = bpf_map_lookup_elem(&frag_all, &zero);
    if (!all)
        return 0;
    __u32 window = ss_fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT;
    if (all->window != window) {
        all->window = window;
        all->firsts = 0;
    }
    return ss_within(&all->firsts, SS_MAX_FRAGMENTS / 2);
}

/*
 * Whether a first fragment is within its source's bound, or there is room all the same; counted as
 * one. Beyond it the datagram is of no use to anybody: its later fragments could not follow.
 */
SS_FRAME int ss_fragment_is_within(const struct ss_packet *packet) {
    struct ss_fragment_source *used = ss_fragment_source_of(packet);
    int room = ss_fragment_has_room();
    int within = used && ss_within(&used->firsts, settings.firsts_per_source);
    return within || room;
}

/* ss_fragment_note_part, as a stage: the verifier reads it once. */
SS_STAGE int ss_fragment_note_in(struct ss_fragment *fragment, __u32 start, __u32 end, __u32 last) {
    return fragment ? ss_fragment_note_part(fragment, start, end, (int)last) : SS_FRAGMENT_MISFIT;
}

/* What is held of a datagram, or NULL. */
SS_INLINE struct ss_fragment *ss_fragment_waiting(const struct ss_fragment_key *key) {
    struct ss_fragment *waiting = bpf_map_lookup_elem(&frag_waiting, key);
    if (!waiting || ss_fragment_now() - waiting->since > settings.fragment_lifetime)
        return NULL;
    return waiting;
}

/* The units that a fragment reaches to. */
SS_INLINE __u32 ss_fragment_end(const struct ss_packet *packet) {
    return (packet->fragment_start + packet->fragment_length + 7) / 8;
}

/* The byte of the datagram behind its last one. */
SS_INLINE __u32 ss_fragment_end_byte(const struct ss_packet *packet) {
    return packet->fragment_start + packet->fragment_length;
}

/* Whether a datagram that is whole is one that a server takes, and does something to its call. */
SS_INLINE int ss_is_taken(const struct ss_pending *pending) {
    return pending->length && (pending->unsummed || ss_sum_fold(pending->sum) == 0xffff);
}

/*
 * Notes that a fragment is about to be held, sum: of its bytes. What is noted of it counts if its
 * first one comes (ss_fragment_fill_in); pending.length is the datagram's, once its end is held.
 */
SS_INLINE int ss_fragment_note_held(const struct ss_packet *packet, __u64 sum,
                                    struct ss_fragment *waiting) {
    int noted = ss_fragment_note_in(waiting, packet->fragment_start / 8, ss_fragment_end(packet),
                                    !packet->more);
    if (noted == SS_FRAGMENT_MISFIT)
        return noted;
    __sync_fetch_and_add(&waiting->pending.sum, sum);
    if (!packet->more)
        waiting->pending.length = (__u16)ss_fragment_end_byte(packet);
    return noted;
}

/*
 * Notes that a fragment is about to be held: -1 if it does not fit those that are. The draft has
 * its key, and is used for more: the stack has no room.
 */
SS_INLINE int ss_fragment_wait(const struct ss_packet *packet, __u64 sum,
                               struct ss_held_frame *draft) {
    struct ss_fragment *waiting = ss_fragment_waiting(&draft->held.key);
    if (waiting)
        return ss_fragment_note_held(packet, sum, waiting);
    struct ss_fragment *fresh = (struct ss_fragment *)draft->frame;
    __builtin_memset(fresh, 0, sizeof(*fresh));
    fresh->server = SS_FRAGMENT_WAITING;
    fresh->since = ss_fragment_now();
    fresh->units = packet->more ? 0 : (__u16)ss_fragment_end(packet);
    fresh->passed[0].start = (__u16)(packet->fragment_start / 8);
    fresh->passed[0].end = (__u16)ss_fragment_end(packet);
    fresh->pending.sum = sum;
    fresh->pending.length = packet->more ? 0 : (__u16)ss_fragment_end_byte(packet);
    bpf_map_update_elem(&frag_waiting, &draft->held.key, fresh, BPF_ANY);
    return 0;
}

/*
 * After a first fragment, of so many units, is remembered: what is held of its datagram counts as
 * passed, and the controller sends it. If that does not fit, the first one goes without it. 1 if
 * the datagram is whole and does something to its call.
 *
 * A fragment that is being held meanwhile may miss the first one, and the first one it: the
 * controller looks for the first of each fragment that it gets, so that one of the three sees.
 */
SS_INLINE int ss_fragment_fill_in(struct ss_held_first *notice, __u32 end) {
    const struct ss_fragment_key *key = &notice->held.key;
    struct ss_fragment *waiting = ss_fragment_waiting(key);
    struct ss_fragment *first = bpf_map_lookup_elem(&fragments, key);
    if (!waiting || !first)
        return 0;
    first->units = waiting->units;
    __builtin_memcpy(first->passed, waiting->passed, sizeof(first->passed));
    int noted = ss_fragment_note_in(first, 0, end, 0), done = 0;
    if (noted == SS_FRAGMENT_MISFIT) {
        first->units = 0;
        __builtin_memset(first->passed, 0, sizeof(first->passed));
        first->passed[0].end = (__u16)end;
    } else {
        __sync_fetch_and_add(&first->pending.sum, waiting->pending.sum);
        if (waiting->pending.length && waiting->pending.length != first->pending.length)
            first->pending.length = 0; /* its header is wrong about it: no server takes it */
    }
    bpf_map_delete_elem(&frag_waiting, key);
    notice->held.last = noted == SS_FRAGMENT_MISFIT;
    bpf_ringbuf_output(&held, notice, sizeof(*notice), 0);
    if (noted == SS_FRAGMENT_WHOLE) {
        done = ss_is_taken(&first->pending);
        bpf_map_delete_elem(&fragments, key);
    }
    return done;
}

/* Whether a fragment to be held is within its source's bound; counted as one. */
SS_FRAME int ss_held_is_within(const struct ss_packet *packet) {
    struct ss_fragment_source *used = ss_fragment_source_of(packet);
    return used && ss_within(&used->held, settings.held_per_source);
}

/*
 * Whether a fragment may have this many bytes of the ring. Sources are held to their bounds while
 * it is more than half full. Its last eighth is for notices (ss_fragment_fill_in).
 */
SS_INLINE int ss_held_reason(int within, __u32 bytes) {
    __u64 size = bpf_ringbuf_query(&held, BPF_RB_RING_SIZE);
    __u64 used = bpf_ringbuf_query(&held, BPF_RB_AVAIL_DATA);
    if (!settings.held_per_source || (!within && used > size / 2))
        return SS_REASON_FRAGMENT_LIMIT;
    return used + bytes > size - size / 8 ? SS_REASON_FRAGMENT_NO_ROOM : SS_REASON_FRAGMENT_HELD;
}

/*
 * After the first fragment was given a server, or SS_FRAGMENT_PASS or SS_FRAGMENT_DROP. call: the
 * key of its call; pending: what its message does to that, NULL: nothing. The draft is used,
 * because the stack has no room. 1 if the datagram is whole, as the others are held, and its
 * message is to do now what it does.
 */
SS_STAGE int ss_fragment_remember(const struct ss_packet *packet, __u32 service, __u32 server,
                                  __u64 call, const struct ss_pending *pending) {
    __u32 zero = 0, end;
    struct ss_held_first *draft = bpf_map_lookup_elem(&held_draft, &zero);
    if (!packet || !draft)
        return 0;
    end = packet->fragment_length / 8;
    __builtin_memset(draft, 0, sizeof(*draft));
    ss_fragment_make_key(packet, &draft->held.key);
    draft->held.since = ss_fragment_now();
    draft->first.service = (__u16)service;
    draft->first.server = (__u16)server;
    draft->first.since = draft->held.since;
    draft->first.key = call;
    if (pending)
        draft->first.pending = *pending;
    draft->first.passed[0].end = (__u16)end;
    bpf_map_update_elem(&fragments, &draft->held.key, &draft->first, BPF_ANY);
    return ss_fragment_fill_in(draft, end);
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

/* Notes that a later fragment passes; sum: of its bytes. Gives enum ss_fragment_noted. */
SS_INLINE int ss_fragment_note(const struct ss_packet *packet, struct ss_fragment *fragment,
                               __u64 sum) {
    __sync_fetch_and_add(&fragment->pending.sum, sum);
    int noted = ss_fragment_note_in(fragment, packet->fragment_start / 8, ss_fragment_end(packet),
                                    !packet->more);
    if (noted == SS_FRAGMENT_MISFIT)
        __sync_fetch_and_add(&fragment->pending.sum, -sum);
    else if (!packet->more && ss_fragment_end_byte(packet) != fragment->pending.length)
        fragment->pending.length = 0; /* its header was wrong about it: no server takes it */
    return noted;
}

/*
 * Hands a fragment that came before its first one to the controller; sum: of its bytes. Gives the
 * reason: held, or why not.
 */
SS_STAGE int ss_fragment_hold(struct xdp_md *ctx, const struct ss_packet *packet, __u64 sum) {
    __u32 zero = 0;
    struct ss_held_frame *draft = bpf_map_lookup_elem(&held_draft, &zero);
    if (!packet || !draft)
        return SS_REASON_FRAGMENT_NO_ROOM;
    __u32 length = packet->frame;
    if (!length || length > SS_HELD_FRAME)
        return SS_REASON_FRAGMENT_NO_ROOM;
    int reason = ss_held_reason(ss_held_is_within(packet), sizeof(draft->held) + length);
    if (reason != SS_REASON_FRAGMENT_HELD)
        return reason;
    length = ss_at_least_one(length);
    ss_fragment_make_key(packet, &draft->held.key);
    if (ss_fragment_wait(packet, sum, draft) == SS_FRAGMENT_MISFIT)
        return SS_REASON_FRAGMENT_ABSURD;
    if (bpf_xdp_load_bytes(ctx, 0, draft->frame, length))
        return SS_REASON_FRAGMENT_NO_ROOM;
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
