/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is remembered of a fragmented datagram, so that its later fragments, which have no UDP
 * header, follow the first one (RFC 791, 3.2; RFC 8200, 4.5).
 */
#ifndef SIPSTEER_FRAGMENT_H
#define SIPSTEER_FRAGMENT_H

#include "base.h"

struct ss_fragment_key {
    __u8 source[16];      /* network byte order, IPv4-mapped */
    __u8 destination[16]; /* likewise */
    __be32 id;            /* Identification: 16 bits of it in IPv4 */
    __u32 protocol;       /* of the datagram */
};
SS_ASSERT_SIZE(struct ss_fragment_key, 40);

struct ss_fragment {
    __u16 service;
    __u16 server;
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_fragment, 8);

#endif /* SIPSTEER_FRAGMENT_H */
