/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What every shared header needs: fixed-width types for C (the data plane) and C++ (the
 * controller), and a size check that reads the same in both.
 */
#ifndef SIPSTEER_BASE_H
#define SIPSTEER_BASE_H

#include <linux/types.h>

#ifdef __cplusplus
#define SS_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define SS_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#define SS_ASSERT_SIZE(type, size)                                                                 \
    SS_STATIC_ASSERT(sizeof(type) == (size), #type " is not " #size " bytes")

/* Functions shared with the data plane are inlined: no call frame, no BPF stack. */
#ifndef SS_INLINE
#define SS_INLINE static inline __attribute__((always_inline))
#endif

#endif /* SIPSTEER_BASE_H */
