/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the controller tells the data plane of the link layer. An entry says one of four things, by
 * what its key has:
 *
 *     ifindex  vlan                  mac
 *     I        V or 0 (untagged)     M    frames to M in VLAN V that come in on I are for this host
 *     I        V | SS_LINK_IN_VLAN   0    on I, this host is in VLAN V
 *     I        SS_LINK_SUMS_LATER    0    frames come in on I before their checksums are made
 *     0        0                     M    frames from M are a director's, on whatever they come in
 *
 * No interface has the number 0, and a VLAN's id has 12 bits: no frame's key is of another kind.
 */
#ifndef SIPSTEER_LINK_H
#define SIPSTEER_LINK_H

#include "base.h"

#define SS_LINK_IN_VLAN 0x1000
#define SS_LINK_SUMS_LATER 0x2000

struct ss_link_key {
    __u32 ifindex;
    __u16 vlan;
    __u8 mac[6];
};
SS_ASSERT_SIZE(struct ss_link_key, 12);

/* There is no more to say than that the entry is there. */
struct ss_link {
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_link, 4);

#endif /* SIPSTEER_LINK_H */
