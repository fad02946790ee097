/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the configuration lets choose and the maps have no number for: X(Name, word), as in pool.h.
 */
#ifndef SIPSTEER_CHOICES_H
#define SIPSTEER_CHOICES_H

/* Where in the kernel the program runs. */
#define SS_XDP_MODE_LIST(X)                                                                        \
    X(Native, "native")                                                                            \
    X(Generic, "generic")                                                                          \
    X(Auto, "auto") /* native, or else generic */

/* Whether the checksums of an interface's messages are looked at (RFC 768). */
#define SS_CHECKSUMS_LIST(X)                                                                       \
    X(Auto, "auto") /* yes, unless frames come in on it before their checksums are made */         \
    X(Check, "check")                                                                              \
    X(Trust, "trust")

/* What becomes of the data plane when the daemon stops. */
#define SS_ON_EXIT_LIST(X)                                                                         \
    X(Leave, "leave")                                                                              \
    X(Detach, "detach")

/* How a server is probed. */
#define SS_PROBE_TYPE_LIST(X)                                                                      \
    X(None, "none")                                                                                \
    X(Options, "options") /* a SIP request over UDP */                                             \
    X(Tcp, "tcp")         /* a connection */                                                       \
    X(TcpOptions, "tcp-options")

/* How a datagram gets to the servers of a pool. */
#define SS_FORWARD_LIST(X)                                                                         \
    X(L2, "l2")     /* by their MAC addresses, untouched */                                        \
    X(Dscp, "dscp") /* to their own addresses, a DSCP stands for the VIP */

/* The way a probe takes to the server. */
#define SS_PROBE_PATH_LIST(X)                                                                      \
    X(Direct, "direct")                                                                            \
    X(Dsr, "dsr") /* to the VIP, as calls go */                                                    \
    X(Both, "both")

/* What the operator wants of a server. */
#define SS_ADMIN_LIST(X)                                                                           \
    X(Enabled, "enabled")                                                                          \
    X(Draining, "draining")                                                                        \
    X(Disabled, "disabled")

/* From the least to the most important. */
#define SS_LOG_LEVEL_LIST(X)                                                                       \
    X(Trace, "trace")                                                                              \
    X(Debug, "debug")                                                                              \
    X(Info, "info")                                                                                \
    X(Warn, "warning")                                                                             \
    X(Error, "error")

#endif /* SIPSTEER_CHOICES_H */
