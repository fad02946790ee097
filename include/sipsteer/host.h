/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Key of the hosts map: a server by its address as it writes it in Via, so that the answer to its
 * own request comes back to it (RFC 3261, 18.2.2). The value is the server's index.
 */
#ifndef SIPSTEER_HOST_H
#define SIPSTEER_HOST_H

#include "base.h"

#define SS_HOST_SIZE 44 /* "[...]" around 39 bytes of IPv6, and zeros behind */

struct ss_host_key {
    char host[SS_HOST_SIZE]; /* IPv6 in brackets, a key for each usual spelling; zeros behind */
    __u32 pool;              /* index */
};
SS_ASSERT_SIZE(struct ss_host_key, 48);

#endif /* SIPSTEER_HOST_H */
