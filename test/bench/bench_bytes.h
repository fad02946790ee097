/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Looking for the Call-ID line one byte at a time: what the finder is compared with. It knows
 * neither blanks before the colon nor folds nor the end of the headers, so it is as cheap as such
 * a scan can be.
 */
#ifndef SIPSTEER_BENCH_BYTES_H
#define SIPSTEER_BENCH_BYTES_H

#include "../../bpf/text/bytes.h"

#define BENCH_LINE_CALL_ID 0x0a63616c6c2d6964ULL /* LF, "call-id" */
#define BENCH_LINE_I 0x0a693aULL                 /* LF, "i:" */

/* The last eight bytes, the newest one lowest, letters in lower case. */
SS_INLINE __u64 bench_window(__u64 window, __u8 byte) {
    __u8 lower = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
    return window << 8 | lower;
}

SS_INLINE int bench_is_call_id_line(__u64 window) {
    return window == BENCH_LINE_CALL_ID || (window & 0xffffff) == BENCH_LINE_I;
}

#endif /* SIPSTEER_BENCH_BYTES_H */
