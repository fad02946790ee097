// SPDX-License-Identifier: Apache-2.0
//
// The finder and the hash of bpf/, compiled natively as C.
#pragma once

#include "bench_scan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Does the state's work (enum bench_scan_work) on `count` texts, each one at random. */
void scan_native(struct bench_scan *state, const struct bench_text *texts, __u32 count);

/* Bytes of a text up to the end of its Call-ID's value; 0 if it has none. */
__u32 scan_native_extent(const struct bench_text *text);

#ifdef __cplusplus
}
#endif
