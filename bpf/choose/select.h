/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server takes a message: the call table if the call has an entry whose server still takes
 * it, else the pool's scheduler (schedule.h).
 */
#ifndef SIPSTEER_BPF_SELECT_H
#define SIPSTEER_BPF_SELECT_H

#include "../calls/call_attempts.h"
#include "../calls/call_before.h"
#include "../calls/call_table.h"
#include "../calls/known.h"
#include "../message/key.h"
#include "../net/maps.h"
#include "../net/packet.h"
#include "schedule.h"

/* What the change of its state is for a call: enum ss_call_event. */
SS_INLINE __u8 ss_event_of_change(__u32 state, __u32 next) {
    if (next == state)
        return SS_CALL_EVENT_NONE;
    if (next == SS_CALL_CONFIRMED)
        return SS_CALL_EVENT_CONFIRMED;
    return next == SS_CALL_CLOSING ? SS_CALL_EVENT_ENDED : SS_CALL_EVENT_NEW;
}

/*
 * Notes a message of a call that stays where it is, and in the outcome what that was for the call.
 * The entry is written only if its state changes or a tick has passed: a cache line is not made
 * dirty by every packet. Losing the swap to another CPU is no loss: that one noted a message, too.
 */
SS_INLINE void ss_call_note(const struct ss_place *place, __u32 event, __u32 now,
                            struct ss_outcome *outcome) {
    __u32 state = ss_call_state(place->value);
    __u32 next = ss_next_state(state, event);
    if (next == state && ss_call_idle(place->value, now) == 0)
        return;
    outcome->renewed = 1;
    if (!ss_call_swap(place->entry, place->value,
                      ss_call_make(place->tag, next, ss_call_server(place->value), now)))
        return;
    outcome->event = ss_event_of_change(state, next);
}

/*
 * Two CPUs may enter the same call at once. The entry that a lookup finds first is the true one
 * for both: whose own is another one takes that back and follows the true one. With the same
 * server it may be our own entry, which a third CPU moves: both places stay as they are, for if the
 * mover took its copy back as well, the call would be lost. 1 if the call has an entry.
 */
SS_FRAME int ss_call_settle(__u64 position, const struct ss_place *ours, int entered, __u64 value,
                            struct ss_outcome *outcome) {
    struct ss_place truth;
    if (ss_call_find(position, &truth) || !truth.entry)
        return 0;
    if (entered && truth.entry == ours->entry)
        return 1;
    if (entered && ss_call_server(truth.value) != ss_call_server(value))
        ss_call_swap(ours->entry, value, 0);
    outcome->server = ss_call_server(truth.value);
    outcome->reason = SS_REASON_CALL_HIT;
    outcome->event = SS_CALL_EVENT_NONE;
    return 1;
}

/* The server that the table has for a key; SS_NO_SERVER if none, or one that takes no messages. */
SS_STAGE int ss_known_server(__u32 pool, __u64 key) {
    struct ss_place place;
    if (ss_call_find(ss_call_position(key, pool), &place) || !place.entry ||
        ss_call_expired(place.value, ss_now()))
        return SS_NO_SERVER;
    __u32 server = ss_call_server(place.value);
    return ss_server_takes(server, pool) ? (int)server : SS_NO_SERVER;
}

/* Whether the message's server was chosen before, by the first fragment of its datagram. */
SS_INLINE int ss_is_chosen(const struct ss_key *key) {
    return key->todo == SS_NOTE;
}

/* A call that may go to one server alone, which has no room for it. */
SS_INLINE __u32 ss_refuse(__u32 server, const struct ss_key *key, struct ss_outcome *outcome) {
    ss_count_refused(server, key->ring);
    outcome->reason = SS_REASON_POOL_FULL;
    return SS_NO_SERVER;
}

/*
 * A server for a call that has none: where its user is registered, or the call that it names is,
 * if there is room; else the scheduler's choice.
 */
SS_INLINE __u32 ss_select_server(__u32 pool, const struct ss_key *key, enum ss_chosen_for what,
                                 struct ss_outcome *outcome) {
    __u32 known = SS_NO_SERVER, server;
    if (ss_is_chosen(key))
        return key->sender - 1U;
    if (key->user)
        known = (__u32)ss_known_server(pool, key->user);
    outcome->reason = SS_REASON_CALL_NEW;
    if (known != SS_NO_SERVER && (what != SS_FOR_NEW_CALL || ss_has_room(known, 0, 0, outcome)))
        return known;
    if (known != SS_NO_SERVER && key->beside)
        return ss_refuse(known, key, outcome);
    server = (__u32)ss_choose(pool, key, what, outcome);
    if (known == SS_NO_SERVER)
        return server;
    ss_count_refused(known, key->ring);
    outcome->reason = server == SS_NO_SERVER ? SS_REASON_POOL_FULL : SS_REASON_CALL_OVERFLOW;
    return server;
}

/* Gives back the place that a choice reserved, once the entry is there or none is made. */
SS_INLINE void ss_give_back(__u32 server, const struct ss_outcome *outcome) {
    if (outcome->reserved)
        ss_release(server);
}

/* A new call has its entry: notes when it came, and whose place it took. */
SS_INLINE void ss_note_entered(const struct ss_place *place, const struct ss_key *key, __u32 now,
                               struct ss_outcome *outcome) {
    ss_birth_note(place, now, key->event == SS_EVENT_START, key->attempt);
    outcome->event = SS_CALL_EVENT_NEW;
    if (!place->value)
        return;
    ss_count_gone(place->value, now);
    outcome->gone = ss_call_tag(place->value);
    if (ss_call_expired(place->value, now))
        outcome->expired = (__u8)ss_call_state(place->value);
    else
        outcome->displaced = (__u8)ss_call_state(place->value);
}

/* Whether a pool takes nothing new, though it may have servers for what it knows. */
SS_INLINE int ss_pool_is_down(__u32 index) {
    struct ss_pool *pool = bpf_map_lookup_elem(&pools, &index);
    return !pool || pool->down;
}

/*
 * The server of a call that the table has no room for: what each of its messages comes to by
 * itself. The scheduler's choice, if that takes none, is as good as any.
 */
SS_INLINE __u32 ss_server_without_entry(__u32 pool, const struct ss_key *key, __u32 chosen) {
    __u32 server = key->user ? (__u32)ss_known_server(pool, key->user) : SS_NO_SERVER;
    if (server != SS_NO_SERVER)
        return server;
    server = ss_ring_server(pool, key->ring);
    return server != SS_NO_SERVER && ss_server_takes(server, pool) ? server : chosen;
}

/*
 * A server for a message whose call has no entry. What belongs to a dialog that the table does not
 * know is no new call: it goes by the ring, as it would without the table, and passes no limit.
 */
SS_INLINE __u32 ss_select_first(__u32 pool, const struct ss_key *key, struct ss_outcome *outcome) {
    if (!ss_is_chosen(key) && ss_pool_is_down(pool)) {
        outcome->reason = SS_REASON_NO_SERVER;
        return SS_NO_SERVER;
    }
    if (ss_is_chosen(key) || !ss_is_of_dialog(key->event))
        return ss_select_server(
            pool, key, key->event == SS_EVENT_START ? SS_FOR_NEW_CALL : SS_FOR_OTHER, outcome);
    __u32 server = ss_server_without_entry(pool, key, SS_NO_SERVER);
    outcome->reason = server == SS_NO_SERVER ? SS_REASON_NO_SERVER : SS_REASON_DIALOG_UNKNOWN;
    return server;
}

/*
 * Enters a call that has no entry, or an expired one, with the outcome's server. Its place may go
 * to another call meanwhile: ss_enter_again() sees to what comes of that.
 */
SS_INLINE void ss_enter(struct ss_place *place, __u32 pool, const struct ss_key *key, __u32 now,
                        struct ss_outcome *outcome) {
    __u32 state = ss_first_state(key->event), server = outcome->server;
    __u64 value = ss_call_make(place->tag, state, server, now);
    int entered = place->entry ? ss_call_swap(place->entry, place->value, value)
                               : ss_call_insert(place, now, value);
    if (entered)
        ss_note_entered(place, key, now, outcome);
    int known = ss_call_settle(ss_call_position(key->hash, pool), place, entered, value, outcome);
    outcome->again = !entered && !known;
    if (outcome->reserved && !outcome->again)
        ss_release(server);
}

/*
 * A call that found no place, or lost it to another call, and was not entered by another CPU: an
 * empty place is looked for once more. No other call has to go for it. 0, always.
 */
SS_STAGE int ss_enter_again(__u32 pool, const struct ss_key *key, struct ss_outcome *outcome) {
    struct ss_place place;
    if (!key || !outcome)
        return 0;
    __u32 server = outcome->server, now = ss_now();
    __u64 position = ss_call_position(key->hash, pool);
    if (ss_call_find(position, &place))
        return 0;
    __u64 value = ss_call_make(place.tag, ss_first_state(key->event), server, now);
    int entered = !place.entry && ss_call_empty_place(&place) && ss_call_take(&place, value);
    if (entered) {
        ss_note_entered(&place, key, now, outcome);
    } else {
        outcome->reason = SS_REASON_CALL_NO_ROOM;
        if (!key->sender) /* a response stays with the server that asked for it */
            outcome->server = ss_server_without_entry(pool, key, server);
    }
    ss_give_back(server, outcome);
    ss_call_settle(position, &place, entered, value, outcome);
    return 0;
}

/* A call without an entry, or with an expired one: it gets a server, the table remembers it. */
SS_INLINE void ss_select_new(struct ss_place *place, __u32 pool, const struct ss_key *key,
                             __u32 now, struct ss_outcome *outcome) {
    outcome->server = ss_select_first(pool, key, outcome);
    if (outcome->server == SS_NO_SERVER)
        return;
    outcome->renewed = 1;
    if (key->todo == SS_CHOOSE)
        ss_give_back(outcome->server, outcome);
    else if (ss_first_state(key->event) != SS_CALL_EMPTY)
        ss_enter(place, pool, key, now, outcome);
}

/*
 * Gives a call's entry to the server that was chosen for it. Two CPUs may do that at once: who
 * comes second follows the first. An entry in which another CPU noted but a message is tried again:
 * a CPU that read the server's flags before they changed notes one a tick, and one a new state.
 */
#define SS_REHOME_TRIES 3
SS_FRAME void ss_call_rehome(__u64 position, const struct ss_place *place, __u64 value,
                             struct ss_outcome *outcome) {
    struct ss_place truth;
    __u64 *entry = place->entry;
    __u64 expected = place->value;
    __u32 old = ss_call_server(expected);
    outcome->reason = SS_REASON_CALL_REHOMED;
#pragma clang loop unroll(full)
    for (int i = 0; i < SS_REHOME_TRIES; i++) {
        if (ss_call_swap(entry, expected, value)) {
            outcome->event = SS_CALL_EVENT_REHOMED;
            return;
        }
        if (ss_call_find(position, &truth) || !truth.entry)
            return;
        entry = truth.entry;
        expected = truth.value;
        if (ss_call_server(expected) != old) {
            outcome->server = ss_call_server(expected);
            outcome->reason = SS_REASON_CALL_HIT;
            return;
        }
    }
}

/* A call whose server takes none of it: another one keeps it from now on. */
SS_INLINE void ss_select_again(const struct ss_place *place, __u32 pool, const struct ss_key *key,
                               enum ss_chosen_for what, __u32 now, struct ss_outcome *outcome) {
    __u32 next = ss_next_state(ss_call_state(place->value), key->event);
    __u32 server = ss_select_server(pool, key, what, outcome);
    outcome->server = server;
    if (server == SS_NO_SERVER)
        return;
    outcome->renewed = 1;
    if (key->todo != SS_CHOOSE)
        ss_call_rehome(ss_call_position(key->hash, pool), place,
                       ss_call_make(place->tag, next, server, now), outcome);
    ss_give_back(server, outcome);
}

/* What a message of a call whose server is gone gets another one for. */
SS_INLINE enum ss_chosen_for ss_moved_for(__u32 state, __u32 event, enum ss_attempt_kind begins) {
    if (begins)
        return SS_FOR_NEW_CALL;
    return ss_call_is_live(ss_next_state(state, event)) ? SS_FOR_RUNNING_CALL : SS_FOR_OTHER;
}

/*
 * A registration is no running call: where its server takes no new calls (it is drained, or a
 * backup that is not needed any more), the next REGISTER takes it to one that does, if there is
 * one.
 */
SS_INLINE int ss_registers_anew(__u32 pool, const struct ss_key *key, __u32 takes) {
    return key->method == SS_METHOD_REGISTER && !(takes & SS_SERVER_NEW) && !ss_pool_is_down(pool);
}

/*
 * The server of a call that stays in the table before, because the present one has no room for it;
 * notes the message there. SS_NO_SERVER if there is no such call, or its server takes none of it.
 */
SS_STAGE int ss_old_hit(__u32 pool, __u64 key, __u32 event, struct ss_outcome *outcome) {
    struct ss_old_place old;
    __u32 now = ss_now();
    if (!outcome || !ss_old_find(ss_call_position(key, pool), &old) ||
        ss_call_expired(old.value, now))
        return SS_NO_SERVER;
    __u32 server = ss_call_server(old.value);
    if (!ss_server_takes(server, pool))
        return SS_NO_SERVER;
    struct ss_place place = {.entry = old.entry, .value = old.value, .tag = ss_call_tag(old.value)};
    ss_call_note(&place, event, now, outcome);
    return (int)server;
}

/*
 * Whether an INVITE makes a live call of an entry that is none, and what it is for that. Limits on
 * new calls hold for it, as if there were no entry: else who sends something else first, or ends
 * his calls and begins them again, would pass them. Likewise one of many in a call that is early,
 * or who sends all his calls under one Call-ID would.
 */
SS_INLINE enum ss_attempt_kind ss_begins_in(const struct ss_place *place, __u32 pool, __u32 state,
                                            const struct ss_key *key) {
    if (key->event != SS_EVENT_START)
        return SS_ATTEMPT_COPY;
    if (state == SS_CALL_OTHER)
        return SS_ATTEMPT_CALL;
    if (state != SS_CALL_CLOSING && (state != SS_CALL_EARLY || !key->from_sip))
        return SS_ATTEMPT_COPY;
    enum ss_attempt_kind kind =
        ss_attempt_kind(place, ss_call_position(key->hash, pool), key->attempt);
    return state == SS_CALL_EARLY && kind < SS_ATTEMPT_MORE ? SS_ATTEMPT_COPY : kind;
}

/*
 * Whether an early call's server has no room for one of many attempts of it. Others of them run
 * there: this one goes nowhere else.
 */
SS_INLINE int ss_has_no_room_for_more(const struct ss_place *place, __u32 server,
                                      struct ss_outcome *outcome) {
    struct ss_births *bucket = ss_births_of(place);
    __u8 open = bucket ? bucket->open[place->at & 7] : 0;
    return !ss_has_room(server, 0, open ? open - 1 : 0, outcome);
}

/* Whether a message whose server takes it goes to another one all the same. */
SS_INLINE int ss_leaves_server(__u32 pool, const struct ss_key *key, __u32 server, __u32 takes,
                               enum ss_attempt_kind begins, struct ss_outcome *outcome) {
    if (ss_is_chosen(key))
        return server + 1 != key->sender && (begins || key->method == SS_METHOD_REGISTER);
    if (ss_registers_anew(pool, key, takes))
        return 1;
    if (!begins)
        return 0;
    if (begins == SS_ATTEMPT_CALL && !(takes & SS_SERVER_NEW))
        return 1;
    return !ss_has_room(server, begins == SS_ATTEMPT_AGAIN, 0, outcome);
}

/* Notes what a message is for the attempts of its call; its event may become another one. */
SS_INLINE void ss_attempt_note(const struct ss_place *place, __u32 pool, __u32 state,
                               struct ss_key *key) {
    if (ss_is_bye(key->event))
        key->event = (__u8)ss_event_of_bye(place, state, key);
    else if (state == SS_CALL_EARLY || state == SS_CALL_CLOSING)
        key->event = (__u8)ss_event_in_call(place, ss_call_position(key->hash, pool), key);
}

/* Likewise, of an INVITE that was let in to make a live call of an entry that was none. */
SS_INLINE void ss_note_begun(const struct ss_place *place, __u32 pool, __u32 state,
                             const struct ss_key *key) {
    if (state == SS_CALL_OTHER)
        ss_begin_note(place, key->attempt);
    else
        ss_event_in_call(place, ss_call_position(key->hash, pool), key);
}

/* A message of a call that the table has, by an entry that is not expired. */
SS_INLINE void ss_select_known(const struct ss_place *place, __u32 pool, struct ss_key *key,
                               __u32 now, struct ss_outcome *outcome) {
    __u32 state = ss_call_state(place->value);
    __u32 server = ss_call_server(place->value);
    __u32 takes = ss_server_takes(server, pool);
    int notes = key->todo != SS_CHOOSE;
    if (key->event == SS_EVENT_DOUBTFUL) {
        outcome->server = takes ? server : ss_server_without_entry(pool, key, SS_NO_SERVER);
        return;
    }
    enum ss_attempt_kind begins = ss_begins_in(place, pool, state, key);
    if (begins && state == SS_CALL_EARLY) {
        if (takes && !ss_is_chosen(key) && ss_has_no_room_for_more(place, server, outcome)) {
            outcome->server = ss_refuse(server, key, outcome);
            return;
        }
        begins = SS_ATTEMPT_COPY;
    }
    if (notes && !begins)
        ss_attempt_note(place, pool, state, key);
    int leaves = !takes || ss_leaves_server(pool, key, server, takes, begins, outcome);
    if (leaves)
        ss_select_again(place, pool, key, ss_moved_for(state, key->event, begins), now, outcome);
    if (notes && begins && !(leaves && outcome->server == SS_NO_SERVER))
        ss_note_begun(place, pool, state, key);
    if (leaves && (!takes || begins || outcome->server != SS_NO_SERVER))
        return;
    outcome->server = server;
    outcome->reason = SS_REASON_CALL_HIT;
    if (notes)
        ss_call_note(place, key->event, now, outcome);
    ss_give_back(server, outcome);
}

SS_INLINE void ss_select_stateful(__u32 pool, struct ss_key *key, struct ss_outcome *outcome) {
    struct ss_place place;
    __u32 now = ss_now();
    if (ss_call_find(ss_call_position(key->hash, pool), &place))
        return;
    if (!place.entry && settings.buckets_before) {
        __u32 event = key->todo == SS_CHOOSE ? SS_EVENT_DOUBTFUL : key->event;
        outcome->server = (__u32)ss_old_hit(pool, key->hash, event, outcome);
        outcome->reason = SS_REASON_CALL_HIT;
        if (outcome->server != SS_NO_SERVER)
            return;
    }
    if (place.entry && !ss_call_expired(place.value, now))
        ss_select_known(&place, pool, key, now, outcome);
    else
        ss_select_new(&place, pool, key, now, outcome);
}

/* Whether a request is of a method that begins something: an INVITE, a REGISTER and the like. */
SS_INLINE int ss_may_begin(const struct ss_key *key) {
    __u32 method = key->method;
    if (method == SS_METHOD_PRACK || method == SS_METHOD_UPDATE || method == SS_METHOD_INFO ||
        method == SS_METHOD_REFER)
        return 0;
    return key->event == SS_EVENT_START || key->event == SS_EVENT_OTHER;
}

/*
 * Nothing tells a stateless pool what it has seen before. The requests that begin something are few
 * enough to look after the flow with each.
 */
SS_INLINE void ss_select_stateless(__u32 pool, const struct ss_key *key,
                                   struct ss_outcome *outcome) {
    outcome->server = ss_ring_server(pool, key->ring);
    outcome->renewed = (__u8)ss_may_begin(key);
    outcome->reason = outcome->server == SS_NO_SERVER ? SS_REASON_NO_SERVER : SS_REASON_STATELESS;
}

/*
 * Looks up the server of a message without making an entry: what the call table has, or the ring
 * in a stateless pool; SS_NO_SERVER if there is none.
 */
SS_STAGE int ss_find_server(__u32 pool, __u32 mode, const struct ss_key *key) {
    struct ss_place place;
    if (!key)
        return SS_NO_SERVER;
    if (mode == SS_POOL_STATELESS)
        return (int)ss_ring_server(pool, key->ring);
    __u64 position = ss_call_position(key->hash, pool);
    if (ss_call_find(position, &place))
        return SS_NO_SERVER;
    if (!place.entry)
        return (int)ss_old_server(position);
    return (int)ss_call_server(place.value);
}

/* A flow may be that of a method with a pool of its own: the service's, all the same. */
SS_INLINE int ss_sender_takes(const struct ss_key *key, __u32 pool) {
    __u32 index = key->sender - 1U;
    struct ss_server *server = bpf_map_lookup_elem(&servers, &index);
    return server && (server->flags & SS_SERVER_FORWARD) &&
           (server->pool == pool || !key->from_sip);
}

/*
 * A response goes to the server that asked for it, a datagram without a Call-ID to that of its
 * flow, whatever the table has; 1 if that server is known and takes it. The table notes what the
 * response is for its call, and remembers the server if a dialog begins: what the phone asks in it
 * later names no server.
 */
SS_INLINE int ss_select_sender(__u32 pool, const struct ss_key *key, struct ss_outcome *outcome) {
    struct ss_place place;
    __u32 now = ss_now();
    if (!key->sender || ss_is_chosen(key) || !ss_sender_takes(key, pool))
        return 0;
    outcome->server = key->sender - 1;
    outcome->reason = SS_REASON_VIA_SERVER;
    if (key->mode != SS_POOL_STATEFUL || key->todo == SS_CHOOSE ||
        ss_call_find(ss_call_position(key->hash, pool), &place))
        return 1;
    if (!place.entry || ss_call_expired(place.value, now)) {
        if (key->event == SS_EVENT_DIALOG)
            ss_enter(&place, pool, key, now, outcome);
        return 1;
    }
    __u32 event = key->event;
    if (ss_is_bye(event))
        event = ss_event_of_bye(&place, ss_call_state(place.value), key);
    ss_call_note(&place, event, now, outcome);
    return 1;
}

/* ss_select(), but for a new call that has to look for its place again. 0, always. */
SS_STAGE int ss_select_once(__u32 pool, struct ss_key *key, struct ss_outcome *outcome) {
    if (!key || !outcome)
        return 0;
    if (ss_select_sender(pool, key, outcome))
        return 0;
    if (key->mode == SS_POOL_STATEFUL)
        ss_select_stateful(pool, key, outcome);
    else
        ss_select_stateless(pool, key, outcome);
    if (key->event == SS_EVENT_DOUBTFUL)
        outcome->reason =
            outcome->server == SS_NO_SERVER ? SS_REASON_NO_SERVER : SS_REASON_DOUBTFUL;
    return 0;
}

/*
 * Chooses the server of a message in a pool: sets the outcome's server, SS_NO_SERVER if there is
 * none, and its reason. The key's event becomes what the message is for its call. Two stages, for
 * the stack.
 */
SS_INLINE void ss_select(__u32 pool, struct ss_key *key, struct ss_outcome *outcome) {
    ss_select_once(pool, key, outcome);
    if (outcome->again)
        ss_enter_again(pool, key, outcome);
}

#endif /* SIPSTEER_BPF_SELECT_H */
