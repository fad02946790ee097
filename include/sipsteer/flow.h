/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server a client's flow was sent to last: for ICMP errors, which quote a datagram that the
 * server sent past the director, and may quote too little of it to have the Call-ID. And which one
 * its last REGISTER or INVITE was sent to: for keep-alives and what else has no Call-ID.
 *
 * Looked after with a call's first message, when its state changes and, at most once a tick, with
 * its other messages; in a stateless pool with each request that begins something. So a client that
 * comes from another port, or whose flow was displaced, is known again soon, and an ordinary
 * message pays nothing for it.
 */
#ifndef SIPSTEER_FLOW_H
#define SIPSTEER_FLOW_H

#include "base.h"

struct ss_flow_key {
    __u8 client[16];    /* network byte order, IPv4-mapped */
    __be16 client_port; /* network byte order */
    __u16 service;      /* index */
};
SS_ASSERT_SIZE(struct ss_flow_key, 20);

struct ss_flow {
    __u16 server; /* index */
    __u16 home;   /* index of the last REGISTER's or INVITE's, and 1; 0: there was none */
};
SS_ASSERT_SIZE(struct ss_flow, 4);

#endif /* SIPSTEER_FLOW_H */
