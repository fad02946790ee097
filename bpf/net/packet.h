/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A packet on its way through the stages: what parse.h finds out about it.
 */
#ifndef SIPSTEER_BPF_PACKET_H
#define SIPSTEER_BPF_PACKET_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <sipsteer/base.h>
#include <sipsteer/reason.h>

#include "../text/bytes.h"

enum ss_fragment_part {
    SS_WHOLE = 0,
    SS_FIRST_FRAGMENT, /* has the UDP header */
    SS_LATER_FRAGMENT, /* has none */
};

struct ss_packet {
    __u32 frame;           /* bytes of the whole frame, as it came in */
    __u16 ip;              /* offset of the IP header: 14, 18 or 22 */
    __u16 transport;       /* offset of what follows the IP header and its extensions */
    __u16 message;         /* offset of the UDP payload; in a later fragment: of its part of it */
    __u16 message_length;  /* of that, as far as this frame has it */
    __u16 fragment;        /* offset of a fragment's payload in the frame */
    __u16 fragment_start;  /* offset of a fragment's payload in the datagram's, bytes */
    __u16 fragment_length; /* bytes of it */
    __u16 vlan;            /* id in the first tag that has one, 0: none */
    __u8 tags;             /* VLAN tags, 0 to 2 */
    __u8 protocol;         /* behind the IP header and its extensions */
    __u8 part;             /* enum ss_fragment_part */
    __u8 more;             /* fragments follow behind this one */
    __be16 source_port;
    __be16 destination_port;
    __be32 fragment_id;
    __u8 source[16]; /* IPv4-mapped, network byte order */
    __u8 destination[16];
};

/* What becomes of a packet; filled in stage by stage, counted at the one exit (count.h). */
struct ss_outcome {
    __u32 verdict; /* enum ss_verdict */
    __u32 reason;  /* enum ss_reason */
    __u32 service; /* index, if matched is set */
    __u32 server;  /* index, SS_NO_SERVER if none was chosen */
    __u16 pool;    /* index, if message is set */
    __u8 matched;  /* a service was matched */
    __u8 message;  /* it has a message for a service, of this method (enum ss_method) */
    __u8 method;
    __u8 event;     /* what it did to its call: enum ss_call_event */
    __u8 displaced; /* enum ss_call_state of the call that made room for a new one */
    __u8 expired;   /* likewise, of an expired one that did */
    __u8 reserved;  /* the server has a place that is to be given back (ss_release) */
    __u8 renewed;   /* what is remembered beside its call is looked after (ss_remember) */
    __u8 waits;     /* what it does to its call is done once its datagram is whole (whole.h) */
    __u8 trusted;   /* its source is: no limit on new calls counts it */
    __u8 again;     /* a new call has no place yet (ss_enter_again) */
    __u32 gone;     /* tag of the call that made room, if displaced or expired is set */
};

SS_INLINE __u8 *ss_data(struct xdp_md *ctx) {
    return SS_CTX_POINTER(ctx, data);
}

SS_INLINE __u8 *ss_data_end(struct xdp_md *ctx) {
    return SS_CTX_POINTER(ctx, data_end);
}

/*
 * Where an offset into the frame is; to be checked against ss_data_end. Headers lie within the
 * first 32 KiB, the mask shows the verifier.
 */
SS_INLINE __u8 *ss_at(struct xdp_md *ctx, __u32 offset) {
    __u8 *p = ss_data(ctx) + (offset & 0x7fff);
    SS_PIN(p);
    return p;
}

#endif /* SIPSTEER_BPF_PACKET_H */
