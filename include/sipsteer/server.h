/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A server: where a frame for it goes. Only the controller writes it
 * (struct ss_server); what calls change is apart.
 */
#ifndef SIPSTEER_SERVER_H
#define SIPSTEER_SERVER_H

#include "base.h"

#define SS_SERVER_IN_USE 0x1  /* the index names a server */
#define SS_SERVER_FORWARD 0x2 /* its running calls may be sent to it: alive, neighbour known */
#define SS_SERVER_NEW 0x4     /* new calls may be sent to it: it is in its pool's ring */
#define SS_SERVER_LOCAL                                                                            \
    0x8 /* it is this host: its datagrams go to the kernel; no MAC, no ifindex */
#define SS_SERVER_DSCP                                                                             \
    0x10 /* routers lie before it: datagrams get its address and the VIP's code */

struct ss_server {
    __u8 mac[6];        /* destination of frames to it */
    __u8 source_mac[6]; /* of the director's interface towards it */
    __u32 ifindex;      /* that interface: the one the frame leaves from */
    __u16 vlan;         /* VLAN id of the server's segment on that interface; 0: untagged */
    __u16 pool;
    __u8 flags; /* SS_SERVER_* */
    __u8 zero[1];
    __be16 port;        /* network byte order; for people, the data plane keeps the frame's port */
    __u8 address[16];   /* network byte order, IPv4-mapped; for people, and for SS_SERVER_DSCP */
    __u32 most_calls;   /* no new call while it has as many live ones; 0: no limit */
    __u32 new_call_gap; /* nanoseconds between two new calls, on average; 0: no limit */
    __u16 weight;       /* its share in force now (slow start): for SS_SCHEDULER_LEAST_CALLS */
    __u8 zero2[14];
};
SS_ASSERT_SIZE(struct ss_server, 64);

/*
 * What calls change of a server: a cache line of its own. The data plane and the sweep both count
 * live calls up and down with the entries they swap, so the count is that of the call table.
 */
struct ss_server_load {
    __s64 live;          /* entries in the states that ss_call_is_live() names */
    __u64 next_new_call; /* ns of CLOCK_MONOTONIC: when the next call may come (rate.h) */
    __u64 changes;       /* how often live was counted up or down (calls/drift.hpp) */
    __u8 zero[40];
} __attribute__((aligned(64)));
SS_ASSERT_SIZE(struct ss_server_load, 64);

#endif /* SIPSTEER_SERVER_H */
