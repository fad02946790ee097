/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fixed bounds of the data plane. Raising one of them changes map sizes: raise
 * SS_LAYOUT_VERSION (layout.h) with it.
 */
#ifndef SIPSTEER_LIMITS_H
#define SIPSTEER_LIMITS_H

#define SS_MAX_SERVICES 1024 /* entries of the services map, address markers included */
#define SS_MAX_POOLS 256
#define SS_MAX_SERVERS 4096    /* a server index must fit SS_CALL_SERVER_BITS (call.h) */
#define SS_MAX_PORTS 64        /* interfaces that frames can be redirected to */
#define SS_MAX_LINKS 16384     /* three for each VLAN of an interface, three for each of its MACs */
#define SS_MAX_FRAGMENTS 65536 /* datagrams whose later fragments are being followed */
#define SS_MAX_FRAGMENT_SOURCES 16384
#define SS_MAX_WAITING 16384   /* datagrams whose first fragment is waited for */
#define SS_FRAGMENT_RANGES 6   /* gaps in the order of a datagram's fragments that are followed */
#define SS_HELD_FRAME 0x4000   /* bytes of a frame that can be held */
#define SS_MAX_ATTEMPTS 65536  /* earlier attempts of calls that are tried more than once */
#define SS_MAX_FLOWS 65536     /* clients' flows remembered for ICMP errors */
#define SS_MAX_GUARD (1 << 20) /* prefixes of all lists of the guard */
#define SS_MAX_GUARD_SOURCES 65536   /* addresses and networks whose new calls are counted */
#define SS_MAX_GUARD_KNOWN 65536     /* addresses that have had a confirmed call */
#define SS_MAX_GUARD_MALFORMED 16384 /* addresses that sent what is no message */

#define SS_NAME_SIZE 64 /* bytes of a name, the closing NUL included */

#define SS_RING_SLOTS                                                                              \
    65537 /* prime, as Maglev wants it; about 100 slots for each of 655 servers                    \
           */

#define SS_BUCKET_ENTRIES 8 /* calls in one bucket: one 64-byte cache line */
#define SS_MIN_CALLS 1000
#define SS_MAX_CALLS (1U << 28)

#define SS_KEY_BYTES 256 /* of a Call-ID, at most this many bytes are hashed */

#define SS_NO_SERVER 0xffffU /* a ring slot that names nobody */

#endif /* SIPSTEER_LIMITS_H */
