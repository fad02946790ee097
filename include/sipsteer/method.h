/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a message is, by its first line. The names are the labels of the metrics. Append only.
 */
#ifndef SIPSTEER_METHOD_H
#define SIPSTEER_METHOD_H

#include "base.h"

/* X(NUMBER, CONSTANT, label): the methods of requests, by which a pool can be chosen. */
#define SS_REQUEST_LIST(X)                                                                         \
    X(2, INVITE, "INVITE")                                                                         \
    X(3, ACK, "ACK")                                                                               \
    X(4, BYE, "BYE")                                                                               \
    X(5, CANCEL, "CANCEL")                                                                         \
    X(6, REGISTER, "REGISTER")                                                                     \
    X(7, OPTIONS, "OPTIONS")                                                                       \
    X(8, PRACK, "PRACK")         /* RFC 3262 */                                                    \
    X(9, SUBSCRIBE, "SUBSCRIBE") /* RFC 6665 */                                                    \
    X(10, NOTIFY, "NOTIFY")      /* RFC 6665 */                                                    \
    X(11, PUBLISH, "PUBLISH")    /* RFC 3903 */                                                    \
    X(12, INFO, "INFO")          /* RFC 6086 */                                                    \
    X(13, REFER, "REFER")        /* RFC 3515 */                                                    \
    X(14, MESSAGE, "MESSAGE")    /* RFC 3428 */                                                    \
    X(15, UPDATE, "UPDATE")      /* RFC 3311 */

/* X(NUMBER, CONSTANT, label) */
#define SS_OTHER_REQUEST(X) X(1, OTHER, "other") /* a request with a method not in the list */

/* X(NUMBER, CONSTANT, label), all of them, by their numbers */
#define SS_METHOD_LIST(X)                                                                          \
    X(0, NONE, "none") /* no SIP, or no Call-ID in what looks like it */                           \
    SS_OTHER_REQUEST(X)                                                                            \
    SS_REQUEST_LIST(X)                                                                             \
    X(16, RESPONSE_1XX, "1xx")                                                                     \
    X(17, RESPONSE_2XX, "2xx")                                                                     \
    X(18, RESPONSE_3XX, "3xx")                                                                     \
    X(19, RESPONSE_4XX, "4xx")                                                                     \
    X(20, RESPONSE_5XX, "5xx")                                                                     \
    X(21, RESPONSE_6XX, "6xx")                                                                     \
    X(22, RESPONSE_OTHER, "response_other")                                                        \
    X(23, RESERVED, "reserved")

enum ss_method {
#define SS_METHOD_ENUM(number, constant, label) SS_METHOD_##constant = number,
    SS_METHOD_LIST(SS_METHOD_ENUM)
#undef SS_METHOD_ENUM
};

#define SS_METHODS 24

/* Index in the methods map: messages of a service by method. */
SS_INLINE __u32 ss_method_index(__u32 service, __u32 method) {
    return service * SS_METHODS + method;
}

#endif /* SIPSTEER_METHOD_H */
