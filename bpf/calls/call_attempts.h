/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The attempts of a call that is not confirmed (RFC 3261, 9.1, 16.7, 17.1.1.3): a proxy forks it to
 * several targets, a client tries again with credentials or where it was redirected to. Each ends
 * by its own CANCEL or by the ACK of its own failure; the call ends when none is open.
 *
 * The last attempt is kept beside the entry, earlier ones in a map of their own: also those that
 * are over, so that a late copy of their ACK is not taken for that of a 2xx. If that map has lost
 * one, the call stays early until its lifetime ends, or is confirmed by such a copy.
 *
 * A forked INVITE may be answered more than once: each 2xx makes a dialog, with a tag of its own
 * (RFC 3261, 13.2.2.4). The dialog that the first ACK confirms is kept where the open attempts were
 * counted, which nobody asks for any more. A BYE of another one ends that one alone. After a BYE of
 * the one that is kept, what comes of another dialog shows that the call goes on in that.
 *
 * An INVITE of no dialog in a confirmed call that is no copy is another call under its Call-ID
 * (reading.h). Only who knows the Call-ID can send it, so it goes to the call's server; but limits
 * count it as any other.
 *
 * CPUs that work on one call at a time may count an attempt twice or not at all: the same follows.
 */
#ifndef SIPSTEER_BPF_CALL_ATTEMPTS_H
#define SIPSTEER_BPF_CALL_ATTEMPTS_H

#include "../message/key.h"
#include "../text/attempt.h"
#include "call_place.h"
#include "call_state.h"

#define SS_MOST_OPEN 255

SS_INLINE __u32 *ss_attempt_find(const struct ss_attempt_key *name) {
    return bpf_map_lookup_elem(&attempts, name);
}

/* Whether the call has had this attempt. */
SS_INLINE int ss_attempt_is_known(const struct ss_births *bucket, __u32 slot,
                                  const struct ss_attempt_key *name) {
    if (bucket->attempt[slot] == name->attempt)
        return 1;
    return (bucket->marks[slot] & SS_CALL_ATTEMPTS) && ss_attempt_find(name);
}

/* What an INVITE that is none of a dialog is for its call. */
enum ss_attempt_kind {
    SS_ATTEMPT_COPY = 0, /* it came before */
    SS_ATTEMPT_AGAIN,    /* a second one, with credentials for example, or one of a fork */
    SS_ATTEMPT_MORE,     /* one of many, or another caller's: limits on new calls count it */
    SS_ATTEMPT_CALL,     /* a new call under the Call-ID of one that a BYE has ended */
};

/* Attempts of a fork, open at a time with none over, before limits on new calls count them. */
#define SS_FREE_ATTEMPTS 8

/* Likewise, by what is kept of the call; call is its position. Changes nothing. */
SS_FRAME enum ss_attempt_kind ss_attempt_kind(const struct ss_place *place, __u64 call,
                                              __u32 attempt) {
    struct ss_attempt_key name = {.call = call, .attempt = attempt};
    struct ss_births *bucket = ss_births_of(place);
    __u32 slot = place->at & 7;
    if (!bucket)
        return SS_ATTEMPT_CALL;
    if (attempt && ss_attempt_is_known(bucket, slot, &name))
        return SS_ATTEMPT_COPY;
    __u32 marks = bucket->marks[slot];
    if (ss_call_state(place->value) == SS_CALL_CONFIRMED)
        return SS_ATTEMPT_MORE;
    if (marks & SS_CALL_BYE)
        return SS_ATTEMPT_CALL;
    if ((!attempt && (marks & SS_CALL_UNKNOWN)) ||
        ss_attempt_is_foreign(attempt, bucket->attempt[slot]))
        return SS_ATTEMPT_MORE;
    if (!(marks & SS_CALL_ATTEMPTS))
        return SS_ATTEMPT_AGAIN;
    return !(marks & SS_CALL_SOME_OVER) && bucket->open[slot] < SS_FREE_ATTEMPTS ? SS_ATTEMPT_AGAIN
                                                                                 : SS_ATTEMPT_MORE;
}

/* Puts the last attempt among the earlier ones. */
SS_INLINE void ss_attempt_put_by(struct ss_births *bucket, __u32 slot, __u64 call) {
    struct ss_attempt_key name = {.call = call, .attempt = bucket->attempt[slot]};
    __u32 open = !(bucket->marks[slot] & SS_CALL_ATTEMPT_OVER);
    if (!name.attempt)
        return;
    bpf_map_update_elem(&attempts, &name, &open, BPF_ANY);
    bucket->marks[slot] |= SS_CALL_ATTEMPTS;
}

/* An INVITE in a call that is not confirmed: another attempt, or a copy. */
SS_INLINE __u32 ss_attempt_begin(struct ss_births *bucket, __u32 slot, __u64 call, __u32 attempt) {
    struct ss_attempt_key name = {.call = call, .attempt = attempt};
    if (attempt && ss_attempt_is_known(bucket, slot, &name))
        return SS_EVENT_COPY;
    if (bucket->marks[slot] & SS_CALL_BYE) { /* a new call under the same Call-ID */
        ss_birth_attempt(bucket, slot, 1, attempt);
        return SS_EVENT_START;
    }
    bucket->marks[slot] &= ~SS_CALL_CANCELLED;
    if (!attempt) {
        bucket->marks[slot] |= SS_CALL_UNKNOWN;
        return SS_EVENT_START;
    }
    ss_attempt_put_by(bucket, slot, call);
    bucket->marks[slot] &= ~SS_CALL_ATTEMPT_OVER;
    bucket->attempt[slot] = attempt;
    if (bucket->open[slot] < SS_MOST_OPEN)
        bucket->open[slot]++;
    return SS_EVENT_START;
}

/* Whether one that is known was open; it is not any more. */
SS_INLINE int ss_attempt_close(struct ss_births *bucket, __u32 slot,
                               const struct ss_attempt_key *name) {
    if (bucket->attempt[slot] == name->attempt) {
        int open = !(bucket->marks[slot] & SS_CALL_ATTEMPT_OVER);
        bucket->marks[slot] |= SS_CALL_ATTEMPT_OVER;
        return open;
    }
    __u32 *value = ss_attempt_find(name);
    return value && __sync_lock_test_and_set(value, 0);
}

/* A CANCEL, or an ACK, in a call that is not confirmed; event says which. */
SS_INLINE __u32 ss_attempt_end(struct ss_births *bucket, __u32 slot, __u64 call, __u32 attempt,
                               __u32 event) {
    struct ss_attempt_key name = {.call = call, .attempt = attempt};
    int unknown = (bucket->marks[slot] & SS_CALL_UNKNOWN) || !bucket->attempt[slot];
    if (!attempt || !ss_attempt_is_known(bucket, slot, &name)) {
        if (event == SS_EVENT_CANCEL)
            return !attempt || unknown ? SS_EVENT_CANCEL : SS_EVENT_COPY;
        return SS_EVENT_ACK;
    }
    bucket->marks[slot] |= SS_CALL_SOME_OVER;
    if (ss_attempt_close(bucket, slot, &name) && bucket->open[slot])
        bucket->open[slot]--;
    return bucket->open[slot] || unknown ? SS_EVENT_COPY : SS_EVENT_FAILED;
}

/* Keeps a dialog of a call; 0: none is known. */
SS_INLINE void ss_dialog_keep(struct ss_births *bucket, __u32 slot, __u32 dialog) {
    bucket->open[slot] = (__u8)dialog;
    bucket->marks[slot] &= SS_CALL_DIALOG - 1;
    if (dialog & SS_DIALOG_KNOWN)
        bucket->marks[slot] |= SS_CALL_DIALOG | (dialog >> 8 & 7) << SS_CALL_DIALOG_SHIFT;
}

/* Whether a dialog is another one than that which is kept; not if either is not known. */
SS_INLINE int ss_dialog_differs(const struct ss_births *bucket, __u32 slot, __u32 dialog) {
    __u32 marks = bucket->marks[slot];
    __u32 kept = SS_DIALOG_KNOWN | (marks >> SS_CALL_DIALOG_SHIFT) << 8 | bucket->open[slot];
    return (dialog & SS_DIALOG_KNOWN) && (marks & SS_CALL_DIALOG) && dialog != kept;
}

/*
 * What a message is for a call that a BYE has ended: nothing, unless it is of another dialog. The
 * ACK of a known attempt is one of a failure, whose tag may be that of a proxy. A request within
 * another early dialog shows that the call is early still: it is as if another attempt began.
 */
SS_INLINE __u32 ss_event_after_bye(struct ss_births *bucket, __u32 slot, __u64 call,
                                   const struct ss_key *key) {
    struct ss_attempt_key name = {.call = call, .attempt = key->attempt};
    if (key->event == SS_EVENT_CANCEL || !ss_dialog_differs(bucket, slot, key->dialog))
        return SS_EVENT_COPY;
    if (key->event == SS_EVENT_ACK && (!key->attempt || ss_attempt_is_known(bucket, slot, &name)))
        return SS_EVENT_COPY;
    if (key->event != SS_EVENT_DIALOG || !(bucket->marks[slot] & SS_CALL_EARLY_BYE))
        return key->event;
    bucket->marks[slot] &= SS_CALL_ATTEMPTS;
    bucket->open[slot] = 1;
    return SS_EVENT_START;
}

/* Notes the dialog of a message that confirms its call, or brings it back. */
SS_INLINE void ss_dialog_confirm(struct ss_births *bucket, __u32 slot, __u32 dialog) {
    bucket->marks[slot] &= ~(SS_CALL_BYE | SS_CALL_OTHER_BYE | SS_CALL_EARLY_BYE);
    ss_dialog_keep(bucket, slot, dialog);
}

/* Requests that come in early dialogs (RFC 3262, 3311, 6086). */
SS_INLINE int ss_is_of_early_dialog(__u32 method) {
    return method == SS_METHOD_PRACK || method == SS_METHOD_UPDATE || method == SS_METHOD_INFO;
}

/*
 * Whether a request in a dialog of a call that closed without a BYE may be a late one of an early
 * dialog: always if a CANCEL closed it, else if there was such a request before, but for a
 * re-INVITE, which only an established dialog has (RFC 3261, 14.1).
 */
SS_INLINE int ss_is_late(__u32 marks, __u32 event) {
    return (marks & SS_CALL_CANCELLED) ||
           ((marks & SS_CALL_EARLY_USED) && event == SS_EVENT_DIALOG);
}

/*
 * What a message is for its call, enum ss_event, which is early or closing: notes the attempt it
 * begins or ends, or its dialog. call is the call's position.
 */
SS_FRAME __u32 ss_event_in_call(const struct ss_place *place, __u64 call,
                                const struct ss_key *key) {
    __u32 event = key->event;
    __u32 state = ss_call_state(place->value);
    __u32 slot = place->at & 7;
    struct ss_births *bucket = ss_births_of(place);
    if (!bucket)
        return event;
    if (event == SS_EVENT_START)
        return ss_attempt_begin(bucket, slot, call, key->attempt);
    if (bucket->marks[slot] & SS_CALL_BYE)
        event = ss_event_after_bye(bucket, slot, call, key);
    else if (event == SS_EVENT_ACK || event == SS_EVENT_CANCEL)
        event = ss_attempt_end(bucket, slot, call, key->attempt, event);
    else if (state == SS_CALL_CLOSING && ss_is_late(bucket->marks[slot], event))
        event = SS_EVENT_COPY;
    else if (state == SS_CALL_EARLY && ss_is_of_early_dialog(key->method))
        bucket->marks[slot] |= SS_CALL_EARLY_USED;
    if (state == SS_CALL_EARLY && key->event == SS_EVENT_CANCEL && event != SS_EVENT_COPY)
        bucket->marks[slot] |= SS_CALL_CANCELLED;
    /* Of an ACK that cannot be told, in a call that is over: a failure's, most likely. */
    if (event == SS_EVENT_ACK && !key->attempt && state == SS_CALL_CLOSING)
        event = SS_EVENT_COPY;
    if (ss_next_state(state, event) == SS_CALL_CONFIRMED)
        ss_dialog_confirm(bucket, slot, key->dialog);
    return event;
}

/* Notes the attempt that made a call of an entry that was none. */
SS_INLINE void ss_begin_note(const struct ss_place *place, __u32 attempt) {
    struct ss_births *bucket = ss_births_of(place);
    if (bucket)
        ss_birth_attempt(bucket, place->at, 1, attempt);
}

/*
 * Whether a BYE, or the answer to one, concerns another dialog of a confirmed call than the one
 * that is kept, or none: servers refuse a BYE without a tag in To where a call has one.
 */
SS_INLINE int ss_bye_is_elsewhere(struct ss_births *bucket, __u32 slot, __u32 dialog) {
    if (dialog == SS_DIALOG_NONE)
        return (bucket->marks[slot] & SS_CALL_DIALOG) != 0;
    if (!ss_dialog_differs(bucket, slot, dialog))
        return 0;
    bucket->marks[slot] |= SS_CALL_OTHER_BYE;
    return 1;
}

/*
 * What a BYE, or the answer to one, is for a call in state: its end for good, unless the call goes
 * on in another dialog. Where two have ended, what comes of either is late.
 */
SS_INLINE __u32 ss_event_of_bye(const struct ss_place *place, __u32 state,
                                const struct ss_key *key) {
    struct ss_births *bucket = ss_births_of(place);
    __u32 slot = place->at & 7;
    if (!bucket)
        return key->event;
    if (state == SS_CALL_CONFIRMED && ss_bye_is_elsewhere(bucket, slot, key->dialog))
        return SS_EVENT_COPY;
    __u32 marks = bucket->marks[slot];
    int second = marks & SS_CALL_BYE ? ss_dialog_differs(bucket, slot, key->dialog)
                                     : state == SS_CALL_CONFIRMED && (marks & SS_CALL_OTHER_BYE);
    if (state != SS_CALL_CONFIRMED && !(marks & SS_CALL_BYE))
        marks = (marks & SS_CALL_ATTEMPTS) | (state == SS_CALL_EARLY ? SS_CALL_EARLY_BYE : 0);
    bucket->marks[slot] = (__u8)(marks | SS_CALL_BYE);
    ss_dialog_keep(bucket, slot, second ? 0 : key->dialog);
    return key->event;
}

#endif /* SIPSTEER_BPF_CALL_ATTEMPTS_H */
