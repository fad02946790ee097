/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A service: an address, a port and a protocol that clients send to, bound to a pool.
 */
#ifndef SIPSTEER_SERVICE_H
#define SIPSTEER_SERVICE_H

#include "base.h"
#include "method.h"

/* X(NUMBER, CONSTANT, Name, word), as in pool.h; the number is IP's (IPPROTO_UDP). */
#define SS_PROTOCOL_LIST(X) X(17, UDP, Udp, "udp")

/*
 * Key of the services map. IPv4 addresses are IPv4-mapped IPv6 addresses (RFC 4291, 2.5.5.2).
 *
 * A key with port 0 and protocol 0 is an address marker: "this address is a VIP". It lets the
 * data plane tell fragments for a VIP, which carry no port, from those for the host itself.
 */
struct ss_service_key {
    __u8 address[16]; /* network byte order */
    __be16 port;      /* network byte order */
    __u8 protocol;    /* SS_PROTOCOL_LIST */
    __u8 zero;
};
SS_ASSERT_SIZE(struct ss_service_key, 20);

#define SS_MARK_DROP_UNPARSED 0x1 /* what is for the VIP and cannot be parsed is dropped */
#define SS_MARK_LOCAL 0x2         /* one of its servers is this host */

struct ss_service {
    __u16 id;               /* index of its counters and its name */
    __u16 by_method;        /* 1: not all methods have the same pool */
    __u16 pool[SS_METHODS]; /* index of the pool, by enum ss_method */
    __u8 mark;              /* of a VIP's mark: SS_MARK_* */
    __u8 dscp; /* likewise: what stands for the VIP before SS_SERVER_DSCP; 0: nothing */
};
SS_ASSERT_SIZE(struct ss_service, 54);

#endif /* SIPSTEER_SERVICE_H */
