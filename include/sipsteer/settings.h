/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the controller fixes before it loads the program: constants to the verifier and the JIT.
 */
#ifndef SIPSTEER_SETTINGS_H
#define SIPSTEER_SETTINGS_H

#include "base.h"

struct ss_settings {
    __u64 secret[2];      /* key of the hash (siphash.h) */
    __u32 buckets;        /* of the call table */
    __u32 buckets_before; /* of the one that was in force before it was resized; 0: there is none */

    /* Fragments (fragment.h), by source address and window. */
    __u32 firsts_per_source; /* first fragments that are remembered */
    __u32 held_per_source;   /* fragments that are held for their first one */
    __u32 fragment_lifetime; /* of what is remembered, in fragment ticks */
    __u32 layout;            /* SS_LAYOUT_VERSION: of the maps, if they have lost their pins */
};
SS_ASSERT_SIZE(struct ss_settings, 40);

#endif /* SIPSTEER_SETTINGS_H */
