/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the controller fixes before it loads the program: constants to the verifier and the JIT.
 */
#ifndef SIPSTEER_SETTINGS_H
#define SIPSTEER_SETTINGS_H

#include "base.h"

struct ss_settings {
    __u64 secret[2];   /* key of the hash (siphash.h) */
    __u32 bucket_mask; /* buckets of the call table, less one; their number is a power of two */
    __u32 zero;
};
SS_ASSERT_SIZE(struct ss_settings, 24);

#endif /* SIPSTEER_SETTINGS_H */
