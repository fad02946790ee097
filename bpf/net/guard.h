/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether a service takes packets from a source at all: before anything of the message is read.
 */
#ifndef SIPSTEER_BPF_GUARD_H
#define SIPSTEER_BPF_GUARD_H

#include "maps.h"
#include "packet.h"

#define SS_GUARD_WHOLE_KEY (SS_GUARD_SCOPE_BITS + 128)

/* What the list of a scope says of a client: enum ss_guard_action. */
SS_FRAME __u32 ss_guard_action(const struct ss_packet *packet, int quoted, __u32 scope) {
    struct ss_guard_key key = {.bits = SS_GUARD_WHOLE_KEY, .scope = scope};
    __builtin_memcpy(key.address, quoted ? packet->destination : packet->source, 16);
    struct ss_guard *rule = bpf_map_lookup_elem(&guard, &key);
    if (!rule)
        return SS_GUARD_ALLOW;
    __u32 action = rule->action;
    if (action == SS_GUARD_DENY || action == SS_GUARD_OBSERVE)
        __sync_fetch_and_add(&rule->packets, 1);
    return action;
}

/*
 * What the guard does with a packet for a service: enum ss_guard_action or SS_GUARD_OWN. quoted:
 * with an ICMP error, by the client that the quoted datagram was for.
 */
SS_STAGE __u32 ss_ask_guard(const struct ss_packet *packet, __u32 service, int quoted) {
    if (!packet)
        return SS_GUARD_ALLOW;
    __u32 action = ss_guard_action(packet, quoted, SS_GUARD_ALL);
    if (action != SS_GUARD_DENY && action != SS_GUARD_OWN) {
        __u32 own = ss_guard_action(packet, quoted, service);
        if (own == SS_GUARD_DENY || (own != SS_GUARD_ALLOW && action != SS_GUARD_OBSERVE))
            action = own;
    }
    if (action == SS_GUARD_DENY || action == SS_GUARD_OBSERVE) {
        struct ss_guard_counters *counters = bpf_map_lookup_elem(&guard_counters, &service);
        if (counters && action == SS_GUARD_DENY)
            counters->denied++;
        else if (counters)
            counters->observed++;
    }
    return action;
}

/*
 * What the list for all services does. Asked of a later fragment whose first one is not known: it
 * does not show for which service it is.
 */
SS_STAGE __u32 ss_ask_guard_of_all(const struct ss_packet *packet) {
    return packet ? ss_guard_action(packet, 0, SS_GUARD_ALL) : SS_GUARD_ALLOW;
}

/* Whether a packet ends here. */
SS_INLINE int ss_is_kept_out(__u32 action) {
    return action == SS_GUARD_DENY || action == SS_GUARD_OWN;
}

#endif /* SIPSTEER_BPF_GUARD_H */
