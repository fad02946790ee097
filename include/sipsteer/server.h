/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A server: where a frame for it goes. Only the controller writes it.
 */
#ifndef SIPSTEER_SERVER_H
#define SIPSTEER_SERVER_H

#include "base.h"

#define SS_SERVER_IN_USE 0x1  /* the index names a server */
#define SS_SERVER_FORWARD 0x2 /* its running calls may be sent to it: alive, neighbour known */

struct ss_server {
    __u8 mac[6];        /* destination of frames to it */
    __u8 source_mac[6]; /* of the director's interface towards it */
    __u32 ifindex;      /* that interface: the one the frame leaves from */
    __u16 vlan;         /* VLAN id of the server's segment on that interface; 0: untagged */
    __u16 pool;
    __u8 flags; /* SS_SERVER_* */
    __u8 zero[1];
    __be16 port;      /* network byte order; for people, the data plane keeps the frame's port */
    __u8 address[16]; /* network byte order, IPv4-mapped; for people */
    __u8 zero2[24];
};
SS_ASSERT_SIZE(struct ss_server, 64);

#endif /* SIPSTEER_SERVER_H */
