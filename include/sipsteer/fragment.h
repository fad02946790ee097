/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is remembered of a fragmented datagram, so that its later fragments, which have no UDP
 * header, follow the first one (RFC 791, 3.2; RFC 8200, 4.5).
 */
#ifndef SIPSTEER_FRAGMENT_H
#define SIPSTEER_FRAGMENT_H

#include "base.h"
#include "limits.h"

struct ss_fragment_key {
    __u8 source[16];      /* network byte order, IPv4-mapped */
    __u8 destination[16]; /* likewise */
    __be32 id;            /* Identification: 16 bits of it in IPv4 */
    __u32 protocol;       /* of the datagram */
};
SS_ASSERT_SIZE(struct ss_fragment_key, 40);

/* Time here is in fragment ticks: 2^20 ns (1.05 ms) of CLOCK_MONOTONIC, modulo 2^32. */
#define SS_FRAGMENT_TICK_SHIFT 20

/* A part of the datagram that has passed, in units of 8 bytes; empty: both 0. */
struct ss_fragment_range {
    __u16 start;
    __u16 end; /* behind the last unit */
};

/* What becomes of later fragments if the first one was not sent to a server. */
#define SS_FRAGMENT_DROP 0xffffU
#define SS_FRAGMENT_PASS 0xfffeU
#define SS_FRAGMENT_WAITING 0xfffdU    /* it has not come; later ones are held */
#define SS_FRAGMENT_NO_SERVICE 0xffffU /* for the VIP, but for no service on it */

/*
 * What a datagram does to its call once it is whole: a server takes nothing of a part
 * (bpf/choose/whole.h).
 */
struct ss_pending {
    __u64 sum;     /* of what UDP's checksum covers, as far as it has passed (bpf/text/sum.h) */
    __u32 attempt; /* of the call, 0: not known (bpf/text/attempt.h) */
    __u16 length;  /* of the datagram, bytes, as UDP's header says; 0: nothing is to be done */
    __u16 pool;    /* index */
    __u8 event;    /* what its message is for the call: enum ss_event (call_life.h) */
    __u8 method;   /* enum ss_method */
    __u8 unsummed; /* it has no checksum, or its link leaves checksums to others */
    __u8 zero;
    __u16 dialog; /* of the call, 0: not known (bpf/text/tag.h) */
    __u8 zero2[2];
};
SS_ASSERT_SIZE(struct ss_pending, 24);

/*
 * A datagram whose first fragment has passed or, in frag_waiting, is waited for: there pending has
 * the sum and, once the end is held, the length of what is held. What has passed is known, so that
 * an overlapping fragment is, and so that the entry goes with the last fragment: the sender may use
 * the id again soon.
 */
struct ss_fragment {
    __u16 service; /* index, or SS_FRAGMENT_NO_SERVICE */
    __u16 server;  /* index, SS_FRAGMENT_PASS or SS_FRAGMENT_DROP */
    __u32 since;   /* when the first fragment passed, in fragment ticks */
    __u16 units;   /* the datagram's length in units, once its last fragment has passed; else 0 */
    __u16 zero[3];
    __u64 key; /* of its call, for the trace */
    struct ss_fragment_range passed[SS_FRAGMENT_RANGES];
    struct ss_pending pending;
};
SS_ASSERT_SIZE(struct ss_fragment, 48 + 4 * SS_FRAGMENT_RANGES);

/* Key of the sources: a client's address, network byte order, IPv4-mapped. */
struct ss_source {
    __u8 address[16];
};
SS_ASSERT_SIZE(struct ss_source, 16);

/* What one source has used of its bounds in a window of 2^10 fragment ticks (1.07 s). */
#define SS_FRAGMENT_WINDOW_SHIFT 10

struct ss_fragment_source {
    __u32 window;
    __u32 firsts;
    __u32 held;
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_fragment_source, 16);

/* A fragment handed to the controller, before the frame's own bytes. */
struct ss_held {
    struct ss_fragment_key key;
    __u32 since;   /* fragment ticks */
    __u32 ifindex; /* that it came in on */
    __u32 length;  /* of the frame */
    __u16 ip;      /* offset of the IP header in the frame */
    __u16 tags;    /* VLAN tags before it */
    __u16 start;   /* its part of the datagram, in units of 8 bytes */
    __u16 end;     /* behind the last unit */
    __u8 last;     /* the datagram ends with it */
    __u8 zero[3];
};
SS_ASSERT_SIZE(struct ss_held, 64);

/* With the frame behind it, as far as it has one. */
struct ss_held_frame {
    struct ss_held held;
    __u8 frame[SS_HELD_FRAME];
};

/*
 * Tells the controller that the first fragment of a datagram has come, others of which it holds.
 * Of held only key and since are set, so the length is 0; and last, if those do not fit the first.
 */
struct ss_held_first {
    struct ss_held held;
    struct ss_fragment first;
};
SS_ASSERT_SIZE(struct ss_held_first, 64 + sizeof(struct ss_fragment));

#endif /* SIPSTEER_FRAGMENT_H */
