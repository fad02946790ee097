/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who sends what is no message. It is counted here; the controller bans by it (sipsteer/guard.h).
 */
#ifndef SIPSTEER_BPF_GUARD_MALFORMED_H
#define SIPSTEER_BPF_GUARD_MALFORMED_H

#include "guard_limits.h"

/* Whether a datagram is none that a phone sends: keep-alives, STUN and first fragments are. */
SS_INLINE int ss_is_malformed(const struct ss_key *key) {
    return !key->from_sip &&
           (key->reason == SS_REASON_NO_CALL_ID || key->reason == SS_REASON_NOT_SIP ||
            key->reason == SS_REASON_TOO_MANY_LINES);
}

/*
 * Counts such a datagram of a source that is neither trusted nor known, if the service has a limit.
 * Whoever can forge an address could get it banned: one with calls must not be. 0, always.
 */
SS_STAGE int ss_guard_note_malformed(const struct ss_packet *packet, __u32 service) {
    struct ss_guard_source name;
    struct ss_guard_malformed first = {1};
    if (!packet)
        return 0;
    struct ss_guard_limits *limits = bpf_map_lookup_elem(&guard_limits, &service);
    if (!limits || !limits->malformed || ss_guard_is_known(packet, service, limits->known_for))
        return 0;
    ss_guard_name(packet, service, SS_GUARD_LIMIT_ADDRESS, &name);
    struct ss_guard_malformed *counted = bpf_map_lookup_elem(&guard_malformed, &name);
    if (counted)
        __sync_fetch_and_add(&counted->packets, 1);
    else
        bpf_map_update_elem(&guard_malformed, &name, &first, BPF_NOEXIST);
    return 0;
}

#endif /* SIPSTEER_BPF_GUARD_MALFORMED_H */
