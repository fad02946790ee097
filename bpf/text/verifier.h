/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What compiler and verifier have to be told: the one place that knows whether the code is compiled
 * for BPF or natively, for unit tests, fuzzers and explain (__bpf__).
 */
#ifndef SIPSTEER_BPF_VERIFIER_H
#define SIPSTEER_BPF_VERIFIER_H

#include <sipsteer/base.h>

#ifdef __bpf__

/*
 * Keeps the compiler from working a packet pointer out again after its bounds check: the
 * verifier knows the register that was checked, not its value (clang 14 to 19).
 */
#define SS_PIN(pointer) asm volatile("" : "+r"(pointer))

/* Calls step(index, context) up to count times, until it returns other than 0. */
#define ss_loop(count, step, context) bpf_loop(count, step, context, 0)

#else

#define SS_PIN(pointer) (void)(pointer)

SS_INLINE void ss_loop(__u32 count, long (*step)(__u32, void *), void *context) {
    for (__u32 i = 0; i < count && !step(i, context); i++)
        ;
}

#endif

/* What a step of ss_loop returns. */
enum { SS_GO_ON = 0, SS_STOP = 1 };

/*
 * A stage that the verifier checks once, for any arguments, instead of once for every way that
 * leads to it. Such a function takes the context, numbers and pointers to structures without
 * pointers in them, which it must check for NULL.
 */
#define SS_STAGE __attribute__((noinline))

/* A function with a stack frame of its own: frames of 512 bytes in all may be open at once. */
#define SS_FRAME static __attribute__((noinline))

/*
 * Pointers from the 32-bit context fields. In assembly, because clang 14 may copy such a field with
 * a 32-bit move, after which the verifier takes it for a number.
 */
#define SS_CTX_POINTER(ctx, field)                                                                 \
    ({                                                                                             \
        __u8 *pointer;                                                                             \
        asm volatile("%0 = *(u32 *)(%1 + %2)"                                                      \
                     : "=r"(pointer)                                                               \
                     : "r"(ctx), "i"(__builtin_offsetof(struct xdp_md, field)));                   \
        pointer;                                                                                   \
    })

/*
 * A number from 1 to 0x4000, as it is, but in a form that shows these bounds: the verifier of 6.1
 * learns no lower bound from a comparison with 0.
 */
SS_INLINE __u32 ss_at_least_one(__u32 number) {
    __u32 less = number - 1;
    SS_PIN(less);
    less &= 0x3fff;
    return less + 1;
}

#endif /* SIPSTEER_BPF_VERIFIER_H */
