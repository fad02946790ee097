/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whose packets a service takes, and what and how many new calls from whom. There is a list of
 * prefixes for all services and one for each service. In a list the longest prefix that has the
 * packet's source decides. A packet must pass both lists, the one for all first; a list that does
 * not have its source lets it pass.
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

/* An address of this host: nobody else can send from it. Not in the list of what can be chosen. */
#define SS_GUARD_OWN 4

struct ss_guard {
    __u32 action; /* enum ss_guard_action, or SS_GUARD_OWN */
    __u32 zero;
    __u64 packets; /* that it denied or, with SS_GUARD_OBSERVE, would have */
};
SS_ASSERT_SIZE(struct ss_guard, 16);

/*
 * New calls are requests whose key the call table does not have. They are limited by the address
 * that they come from (IPv6: its /64) and by the network that it is in (IPv4: /24, IPv6: /48).
 *
 * An address is known while a call from it was confirmed not long ago. It has a limit of its own,
 * and what it begins does not count for its network. A trusted one has none (SS_GUARD_TRUST).
 */
enum ss_guard_limit_of {
    SS_GUARD_LIMIT_ADDRESS,
    SS_GUARD_LIMIT_NETWORK,
    SS_GUARD_LIMIT_KNOWN,
    SS_GUARD_LIMITS
};

/* In ns: from one new call to the next, and how long a silence is made up for by calls at once. */
struct ss_guard_limit {
    __u64 gap;   /* 0: no limit */
    __u64 burst; /* one call less than may come at once, times the gap */
};
SS_ASSERT_SIZE(struct ss_guard_limit, 16);

/*
 * From whom a service takes requests of a method that begin something.
 * X(NUMBER, CONSTANT, Name, word), as in pool.h.
 */
#define SS_GUARD_FROM_LIST(X)                                                                      \
    X(0, ALL, All, "all")                                                                          \
    X(1, KNOWN, Known, "known") /* and from trusted ones */                                        \
    X(2, TRUSTED, Trusted, "trusted")

/*
 * The beginning of a User-Agent that is a scanner's, in small letters; mask has ff where text has a
 * byte, zeros behind. The first byte is the lowest. Not in use: zeros.
 */
#define SS_GUARD_AGENTS 8       /* of a service, at most */
#define SS_GUARD_AGENT_BYTES 16 /* of each, at most */
#define SS_GUARD_LEAST_AGENT_BYTES 4

struct ss_guard_agent {
    __u64 text[SS_GUARD_AGENT_BYTES / 8];
    __u64 mask[SS_GUARD_AGENT_BYTES / 8];
};
SS_ASSERT_SIZE(struct ss_guard_agent, 32);

/* Value of guard_limits, by service. */
struct ss_guard_limits {
    struct ss_guard_limit limit[SS_GUARD_LIMITS]; /* by enum ss_guard_limit_of */
    __u32 known_for;                              /* ticks (call.h): how long an address is known */
    __u8 in_use;                                  /* there is something in this value */
    __u8 observe;                                 /* new calls beyond a limit are only counted */
    __u8 observe_strangers;                       /* so is what the following would drop */
    __u8 agents;                                  /* how many are in use */
    __u16 from_known;   /* bits by enum ss_method: taken from known and trusted ones */
    __u16 from_trusted; /* likewise, from trusted ones alone */
    __u8 malformed;     /* what is no message is counted by source */
    __u8 zero[3];
    struct ss_guard_agent agent[SS_GUARD_AGENTS]; /* whose new calls are dropped */
};
SS_ASSERT_SIZE(struct ss_guard_limits, 320);

/* Whose new calls are counted: an address or a network of a service. */
struct ss_guard_source {
    __u8 address[16]; /* network byte order, IPv4-mapped; zeros behind the prefix */
    __u16 service;    /* index */
    __u16 of;         /* enum ss_guard_limit_of */
};
SS_ASSERT_SIZE(struct ss_guard_source, 20);

/*
 * Value of guard_malformed: datagrams of a source that are no message. The controller bans by it.
 * Its key is a source of the kind SS_GUARD_LIMIT_ADDRESS.
 */
struct ss_guard_malformed {
    __u64 packets; /* only grows */
};
SS_ASSERT_SIZE(struct ss_guard_malformed, 8);

/* What the guard did for a service; only grows. */
struct ss_guard_counters {
    __u64 denied;
    __u64 observed;         /* that would have been denied */
    __u64 limited;          /* new calls beyond a limit */
    __u64 limited_observed; /* that would have been dropped */
    __u64 refused;          /* requests whose method is not taken from their source */
    __u64 refused_observed; /* that would have been dropped */
    __u64 scanned;          /* new calls with a scanner's User-Agent */
    __u64 scanned_observed; /* that would have been dropped */
};
SS_ASSERT_SIZE(struct ss_guard_counters, 64);

#endif /* SIPSTEER_GUARD_H */
