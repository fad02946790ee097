/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whose packets a service takes. There is a list of prefixes for all services and one for each
 * service. In a list the longest prefix that has the packet's source decides. A packet must pass
 * both lists, the one for all first; a list that does not have its source lets it pass.
 */
#ifndef SIPSTEER_GUARD_H
#define SIPSTEER_GUARD_H

#include "base.h"

#define SS_GUARD_ALL 0xffffffffU /* scope of the list for all services */
#define SS_GUARD_SCOPE_BITS 32   /* the scope is the first part of each prefix */

/* Key of the guard map, a trie: a prefix of a list. */
struct ss_guard_key {
    __u32 bits;       /* SS_GUARD_SCOPE_BITS and the prefix's; an IPv4 prefix has 96 more */
    __u32 scope;      /* index of the service, or SS_GUARD_ALL */
    __u8 address[16]; /* network byte order, IPv4-mapped */
};
SS_ASSERT_SIZE(struct ss_guard_key, 24);

/* X(NUMBER, CONSTANT, Name, word), as in pool.h. Append only. */
#define SS_GUARD_ACTION_LIST(X)                                                                    \
    X(0, ALLOW, Allow, "allow")                                                                    \
    X(1, DENY, Deny, "deny")                                                                       \
    X(2, OBSERVE, Observe, "observe") /* taken, and counted as one that would be denied */         \
    X(3, TRUST, Trust, "trust")       /* taken, and no limit on new calls counts it */

enum ss_guard_action {
#define SS_GUARD_ACTION_ENUM(number, constant, name, word) SS_GUARD_##constant = number,
    SS_GUARD_ACTION_LIST(SS_GUARD_ACTION_ENUM)
#undef SS_GUARD_ACTION_ENUM
};

struct ss_guard {
    __u32 action; /* enum ss_guard_action */
    __u32 zero;
    __u64 packets; /* that it denied or, with SS_GUARD_OBSERVE, would have */
};
SS_ASSERT_SIZE(struct ss_guard, 16);

/* What the guard did for a service; only grows. */
struct ss_guard_counters {
    __u64 denied;
    __u64 observed; /* that would have been denied */
};
SS_ASSERT_SIZE(struct ss_guard_counters, 16);

#endif /* SIPSTEER_GUARD_H */
