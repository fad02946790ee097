/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The driver, on a copy of the data plane's code that is broken: entries are read, compared and
 * written one after the other. The race tests must find that out.
 */
#define __sync_val_compare_and_swap(place, expected, value)                                        \
    ({                                                                                             \
        volatile __u64 *place_ = (place);                                                          \
        __u64 was_ = *place_;                                                                      \
        if (was_ == (expected))                                                                    \
            *place_ = (value);                                                                     \
        was_;                                                                                      \
    })
#include "drive_steps.h"
