/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Values of the per-CPU counter maps. Every counter only grows.
 */
#ifndef SIPSTEER_COUNTERS_H
#define SIPSTEER_COUNTERS_H

#include "base.h"
#include "call.h"
#include "call_event.h"

/* One service, or one reason with one verdict. */
struct ss_traffic {
    __u64 packets;
    __u64 bytes; /* of whole frames, Ethernet header included, FCS not */
};
SS_ASSERT_SIZE(struct ss_traffic, 16);

struct ss_server_counters {
    struct ss_traffic sent;
    __u64 new_calls;    /* entries made for calls that the ring gave to it */
    __u64 rehomed;      /* entries it took over from a server that was gone */
    __u64 refused;      /* new calls it was asked for and did not get: it was at its limit */
    __u64 refused_last; /* no counter: the last of those, by its key, to count each once */
};
SS_ASSERT_SIZE(struct ss_server_counters, 48);

/* One pool's calls. */
struct ss_call_counters {
    __u64 event[SS_CALL_EVENTS]; /* by enum ss_call_event; that of none stays 0 */

    __u64 displaced[SS_CALL_STATES]; /* that made room for another, by their state */
    __u64 expired; /* past their lifetime when another took their place, before the sweep came */
    __u64 no_room; /* new calls without an entry */
};
SS_ASSERT_SIZE(struct ss_call_counters, 8 * (SS_CALL_EVENTS + SS_CALL_STATES + 2));

#endif /* SIPSTEER_COUNTERS_H */
