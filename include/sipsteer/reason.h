/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Why the data plane did what it did with a packet, and what that was. The names are the labels
 * of the metrics. Append only: a number or a name, once given, is never used for another thing.
 * FRAGMENT_ORPHAN is not given any more: such a fragment is held.
 */
#ifndef SIPSTEER_REASON_H
#define SIPSTEER_REASON_H

#include "base.h"

/* X(NUMBER, CONSTANT, label, text) */
#define SS_REASONS(X)                                                                              \
    X(0, NOT_IP, "not_ip", "neither IPv4 nor IPv6")                                                \
    X(1, NOT_UDP, "not_udp", "not UDP")                                                            \
    X(2, NOT_SERVICE, "not_service", "not addressed to a service")                                 \
    X(3, MALFORMED, "malformed", "header lengths do not fit the frame")                            \
    X(4, CALL_HIT, "call_hit", "the call table names the server")                                  \
    X(5, CALL_NEW, "call_new", "first message of a call, server from the scheduler")               \
    X(6, CALL_REHOMED, "call_rehomed", "the call's server is gone, it moved to another")           \
    X(7, CALL_NO_ROOM, "call_no_room", "no room in the call table, server from the ring")          \
    X(8, STATELESS, "stateless", "stateless pool, server from the ring")                           \
    X(9, KEEPALIVE, "keepalive", "only line ends: a keepalive (RFC 5626, 3.5.1)")                  \
    X(10, STUN, "stun", "STUN message on the SIP port (RFC 5389)")                                 \
    X(11, NO_CALL_ID, "no_call_id", "SIP message without a Call-ID")                               \
    X(12, NOT_SIP, "not_sip", "not a SIP message")                                                 \
    X(13, FRAGMENT, "fragment", "later fragment of a steered datagram")                            \
    X(14, FRAGMENT_ORPHAN, "fragment_orphan", "fragment without its first one")                    \
    X(15, NO_SERVER, "no_server", "no server of the pool is up")                                   \
    X(16, NO_HEADROOM, "no_headroom", "the frame has no room for a VLAN tag")                      \
    X(17, EXTENSIONS, "extensions", "too many IPv6 extension headers to find the UDP header")      \
    X(18, FRAGMENT_HELD, "fragment_held", "fragment that overtook its first one, held")            \
    X(19, FRAGMENT_LIMIT, "fragment_limit", "the source has too many held fragments")              \
    X(20, FRAGMENT_NO_ROOM, "fragment_no_room", "no room to hold the fragment")                    \
    X(21, FRAGMENT_ABSURD, "fragment_absurd", "impossible or overlapping fragment")                \
    X(22, CALL_ID_BEYOND, "call_id_beyond", "first fragment without the Call-ID")                  \
    X(23, ICMP_ERROR, "icmp_error", "ICMP error about a server's datagram")                        \
    X(24, NO_PORT, "no_port", "the server's interface is not configured")                          \
    X(25, CALL_OVERFLOW, "call_overflow", "new call, skipped a server at its limit")               \
    X(26, POOL_FULL, "pool_full", "every server of the pool is at its limit")                      \
    X(27, OTHER_HOST, "other_host", "the frame is not addressed to this host")                     \
    X(28, OWN_FRAME, "own_frame", "the frame comes from a director")                               \
    X(29, OTHER_VLAN, "other_vlan", "this host is not in the frame's VLAN")                        \
    X(30, MARTIAN, "martian", "no sender can have the source address")                             \
    X(31, DIALOG_UNKNOWN, "dialog_unknown",                                                        \
      "request of a dialog that the call table does not have, server from the ring")               \
    X(32, VIA_SERVER, "via_server", "response, its topmost Via names the server")                  \
    X(33, TOO_MANY_LINES, "too_many_lines", "no Call-ID in the first 256 header lines")            \
    X(34, DOUBTFUL, "doubtful", "no server would take the message, it changes no call")            \
    X(35, DENIED, "denied", "the guard denies the source address")                                 \
    X(36, LIMITED, "limited", "new call, its source has too many")                                 \
    X(37, METHOD_REFUSED, "method_refused", "the service takes the method from no stranger")       \
    X(38, SCANNER, "scanner", "new call, its User-Agent is a scanner's")                           \
    X(39, NO_CODE, "no_code", "no DSCP stands for the VIP, or the headers are out of reach")

enum ss_reason {
#define SS_REASON_ENUM(number, constant, label, text) SS_REASON_##constant = number,
    SS_REASONS(SS_REASON_ENUM)
#undef SS_REASON_ENUM
};

#define SS_REASON_COUNT 40
#define SS_MAX_REASONS 64 /* size of the counters, with room for reasons to come */

/* X(NUMBER, CONSTANT, label) */
#define SS_VERDICT_LIST(X)                                                                         \
    X(0, PASS, "pass") /* to the director's kernel, untouched: for it, or for a server there */    \
    X(1, TX, "tx")     /* to a server, out of the interface it came in on */                       \
    X(2, REDIRECT, "redirect") /* to a server, out of another interface */                         \
    X(3, DROP, "drop")                                                                             \
    X(4, HOLD, "hold")     /* handed to the controller, which sends it on later */                 \
    X(5, REJECT, "reject") /* handed to the controller, which answers it with 503 */

enum ss_verdict {
#define SS_VERDICT_ENUM(number, constant, label) SS_VERDICT_##constant = number,
    SS_VERDICT_LIST(SS_VERDICT_ENUM)
#undef SS_VERDICT_ENUM
        SS_VERDICTS
};

/* Index in the reasons map. */
SS_INLINE __u32 ss_reason_index(__u32 reason, __u32 verdict) {
    return reason * SS_VERDICTS + verdict;
}

#endif /* SIPSTEER_REASON_H */
