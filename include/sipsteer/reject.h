/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A request that no server can take, handed to the controller, which answers it with 503 Service
 * Unavailable (RFC 3261, 21.5.4).
 */
#ifndef SIPSTEER_REJECT_H
#define SIPSTEER_REJECT_H

#include "base.h"

#define SS_REJECTED_MESSAGE 0x1000 /* bytes of a message that are handed over, at most */

struct ss_rejected {
    __u32 service;
    __u32 pool;
    __u32 method;         /* enum ss_method: a request's, not ACK */
    __u32 length;         /* bytes of the message that follow */
    __u8 source[16];      /* IPv4-mapped, network byte order, as all here */
    __u8 destination[16]; /* the VIP */
    __be16 source_port;
    __be16 destination_port;
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_rejected, 56);

/* With the message behind it, as far as it has one. */
struct ss_rejected_message {
    struct ss_rejected rejected;
    __u8 message[SS_REJECTED_MESSAGE];
};

#endif /* SIPSTEER_REJECT_H */
