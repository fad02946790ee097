/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server a new call gets: the pool's scheduler, then the servers' limits.
 *
 * A server at its limit is passed over: the ring is asked again, a few times, with other keys, so
 * that what is passed on is spread by weight like the rest. If all of those are at their limits,
 * the member with the fewest live calls for its weight takes the call, if any has room.
 */
#ifndef SIPSTEER_BPF_SCHEDULE_H
#define SIPSTEER_BPF_SCHEDULE_H

#include "../message/key.h"
#include "../net/maps.h"
#include "../net/packet.h"
#include "../net/rate.h"

#define SS_SCHEDULE_TRIES 8

/* What a server is chosen for. */
enum ss_chosen_for {
    SS_FOR_OTHER,        /* a registration, or what else is no call: limits are not for it */
    SS_FOR_NEW_CALL,     /* limits hold */
    SS_FOR_RUNNING_CALL, /* that lost its server: it gets another one, limits or not */
};

/* A pool's ring, or NULL. */
SS_INLINE struct ss_ring *ss_ring_of(__u32 pool) {
    __u32 zero = 0;
    void *inner = bpf_map_lookup_elem(&rings, &pool);
    return inner ? bpf_map_lookup_elem(inner, &zero) : NULL;
}

SS_INLINE __u32 ss_ring_at(const struct ss_ring *ring, __u64 slot) {
    SS_PIN(slot);
    if (slot >= SS_RING_SLOTS) /* it is not, but the verifier wants to hear it */
        return SS_NO_SERVER;
    return ring->slot[slot];
}

/* The ring's server for a key; SS_NO_SERVER if the pool has none. */
SS_INLINE __u32 ss_ring_server(__u32 pool, __u64 key) {
    struct ss_ring *ring = ss_ring_of(pool);
    return ring ? ss_ring_at(ring, ss_ring_slot(key)) : SS_NO_SERVER;
}

/* Once for each call, however often the search comes by. */
SS_INLINE void ss_count_refused(__u32 server, __u64 call) {
    struct ss_server_counters *counters = bpf_map_lookup_elem(&server_counters, &server);
    if (!counters || counters->refused_last == call)
        return;
    counters->refused_last = call;
    counters->refused++;
}

/* The search for a server that has room. */
struct ss_search {
    struct ss_ring *ring;
    struct ss_pool_load *pool_load;
    __u64 call;      /* its key */
    __u64 key;       /* the ring is asked with this one */
    __u64 now;       /* ns */
    __u64 best_live; /* of the best member so far */
    __u32 best_weight;
    __u32 server; /* SS_NO_SERVER: none yet */
    __u32 start;  /* of members: where the scan begins */
    __u8 turns;   /* by turns, not by key */
    __u8 limited; /* limits hold */
    __u8 again;   /* another attempt of a call: the limit on new calls a second has counted it */
    __u8 open;    /* attempts of its call that most_calls does not count: room for them is kept */
    __u8 passed_over;
    __u8 reserved; /* the server's live calls have the new one in them already */
};

/* Gives back what ss_reserve() took, once the call's entry counts, or will not be made. */
SS_INLINE void ss_release(__u32 index) {
    struct ss_server_load *load = bpf_map_lookup_elem(&server_load, &index);
    if (load)
        __sync_fetch_and_sub(&load->live, 1);
}

/*
 * Takes one of a server's places for a live call; 0 if none is free. The place is taken before the
 * call has its entry, and by one instruction: however many CPUs ask at once, no more are given than
 * there are.
 */
SS_INLINE int ss_reserve(struct ss_server_load *load, __s64 most_calls) {
    if (__sync_fetch_and_add(&load->live, 1) < most_calls)
        return 1;
    __sync_fetch_and_sub(&load->live, 1);
    return 0;
}

/* Whether a server takes another call; if it does, its place and its rate are used. */
SS_INLINE int ss_server_admits(struct ss_search *search, __u32 index) {
    struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    struct ss_server_load *load = bpf_map_lookup_elem(&server_load, &index);
    if (!server || !load)
        return 0;
    __u32 most_calls = server->most_calls;
    if (most_calls && !ss_reserve(load, (__s64)most_calls - search->open))
        return 0;
    int admitted =
        search->again || ss_rate_take(&load->next_new_call, server->new_call_gap, search->now);
    search->reserved = admitted && most_calls;
    if (!admitted && most_calls)
        ss_release(index);
    return admitted;
}

/*
 * Whether a server, which takes new calls, has room for one that is to come to it and no other: its
 * user is registered there, or its entry is there already. again: it is another attempt of a call
 * that was let in; open: attempts of its call that run, and that most_calls has not counted. If it
 * sets the outcome's reserved, the caller owes an ss_release().
 */
SS_FRAME int ss_has_room(__u32 index, int again, __u8 open, struct ss_outcome *outcome) {
    struct ss_search search = {
        .now = bpf_ktime_get_coarse_ns(), .again = (__u8)again, .open = open};
    if (!ss_server_admits(&search, index))
        return 0;
    outcome->reserved = search.reserved;
    return 1;
}

/* Asks the ring once. */
static long ss_search_step(__u32 index, void *context) {
    struct ss_search *search = context;
    struct ss_ring *ring = search->ring;
    __u32 slot = ss_ring_slot(search->key);
    (void)index;
    if (search->turns) {
        __u32 slots = ring->slots;
        if (!slots)
            return SS_STOP;
        slot = (__u32)(__sync_fetch_and_add(&search->pool_load->turn, 1) % slots);
    }
    __u32 server = ss_ring_at(ring, slot);
    if (server == SS_NO_SERVER)
        return SS_STOP;
    if (!search->limited || ss_server_admits(search, server)) {
        search->server = server;
        return SS_STOP;
    }
    search->passed_over = 1;
    ss_count_refused(server, search->call);
    search->key = (search->key ^ (search->key >> 29)) * 0xbf58476d1ce4e5b9ULL;
    return SS_GO_ON;
}

/* Fewer live calls for its weight, with the one that is to come. */
SS_INLINE int ss_is_better(const struct ss_search *search, __u64 live, __u32 weight) {
    if (search->server == SS_NO_SERVER)
        return 1;
    return (live + 1) * search->best_weight < (search->best_live + 1) * weight;
}

/* Looks at one member. */
static long ss_scan_members_step(__u32 index, void *context) {
    struct ss_search *search = context;
    struct ss_ring *ring = search->ring;
    __u64 place = search->start + index;
    if (place >= ring->members)
        place -= ring->members;
    SS_PIN(place);
    if (place >= SS_MAX_SERVERS)
        return SS_STOP;
    __u32 member = ring->member[place];
    struct ss_server *server = bpf_map_lookup_elem(&servers, &member);
    struct ss_server_load *load = bpf_map_lookup_elem(&server_load, &member);
    if (!server || !load || !server->weight)
        return SS_GO_ON;
    __u64 live = load->live > 0 ? (__u64)load->live : 0;
    int full = (server->most_calls && live >= server->most_calls) ||
               (server->new_call_gap && !ss_rate_allows(&load->next_new_call, search->now));
    if (full && search->limited) {
        search->passed_over = 1;
        ss_count_refused(member, search->call);
        return SS_GO_ON;
    }
    if (ss_is_better(search, live, server->weight)) {
        search->server = member;
        search->best_live = live;
        search->best_weight = server->weight;
    }
    return SS_GO_ON;
}

/*
 * The member with the fewest live calls for its weight; among equals each in its turn. Another CPU
 * may have given its last place away since it was looked at: then all are looked at once more.
 */
SS_INLINE void ss_scan_members(struct ss_search *search) {
    __u32 members = search->ring->members;
    if (!members)
        return;
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
        search->start = (__u32)(__sync_fetch_and_add(&search->pool_load->turn, 1) % members);
        bpf_loop(members, ss_scan_members_step, search, 0);
        if (search->server == SS_NO_SERVER || !search->limited ||
            ss_server_admits(search, search->server))
            return;
        search->passed_over = 1;
        search->server = SS_NO_SERVER;
    }
}

/*
 * Chooses the server of a call that has none: its index, or SS_NO_SERVER. Sets the outcome's
 * reason: CALL_NEW or CALL_OVERFLOW; without a server NO_SERVER or POOL_FULL. If it sets reserved,
 * the caller owes an ss_release().
 */
SS_STAGE int ss_choose(__u32 pool_index, const struct ss_key *key, enum ss_chosen_for what,
                       struct ss_outcome *outcome) {
    struct ss_search search = {.server = SS_NO_SERVER};
    if (!key || !outcome)
        return SS_NO_SERVER;
    outcome->reason = SS_REASON_NO_SERVER;
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &pool_index);
    search.pool_load = bpf_map_lookup_elem(&pool_load, &pool_index);
    search.ring = ss_ring_of(pool_index);
    if (!pool || !search.pool_load || !search.ring)
        return SS_NO_SERVER;
    search.call = key->ring;
    search.key = key->ring;
    search.now = bpf_ktime_get_coarse_ns();
    search.limited = what == SS_FOR_NEW_CALL;
    search.turns = pool->scheduler == SS_SCHEDULER_TURNS;
    if (pool->scheduler != SS_SCHEDULER_LEAST_CALLS || what == SS_FOR_OTHER)
        bpf_loop(SS_SCHEDULE_TRIES, ss_search_step, &search, 0);
    if (search.server == SS_NO_SERVER && what != SS_FOR_OTHER)
        ss_scan_members(&search);
    outcome->reserved = search.reserved;
    outcome->reason = search.passed_over ? SS_REASON_CALL_OVERFLOW : SS_REASON_CALL_NEW;
    if (search.server == SS_NO_SERVER)
        outcome->reason = search.passed_over ? SS_REASON_POOL_FULL : SS_REASON_NO_SERVER;
    return (int)search.server;
}

#endif /* SIPSTEER_BPF_SCHEDULE_H */
