/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server sent the request that a response answers: the one that its topmost Via names, by
 * sent-by or, if that is no server, by received (RFC 3261, 18.2.2). So the answers to what servers
 * begin from the VIP come back to them, though their software gives all of these the same Call-ID,
 * or the call moved. Servers that write the VIP, or a name, into Via are not known by it: there the
 * Call-ID decides.
 */
#ifndef SIPSTEER_BPF_SENDER_H
#define SIPSTEER_BPF_SENDER_H

#include "../message/values.h"
#include "../text/received.h"
#include "../text/via.h"

#include <sipsteer/host.h>

static long ss_host_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    (void)index;
    int c = ss_to_stop(scan, scan->state ? SS_STOPS(']', ']', ']') : SS_STOPS(':', ' ', '\t'));
    return c == SS_STOP_NONE ? SS_GO_ON : SS_STOP;
}

/* Length of the host in a sent-by: the port behind it is left off. */
SS_INLINE __u32 ss_host_length(const struct ss_text *text, const struct ss_span *sent_by) {
    __u32 bracket = ss_text_byte(text, sent_by->offset) == '[';
    struct ss_stop_scan scan = {*text, ss_forget(text, sent_by->offset), ss_forget(text, bracket),
                                0, 0};
    ss_loop(8, ss_host_step, &scan);
    __u32 length = scan.at - sent_by->offset + (scan.state != 0);
    return length < sent_by->length ? length : sent_by->length;
}

/* Offset and length of that host in the message; length 0: there is none. Via's value is at via. */
SS_STAGE __u64 ss_host_in_via(struct xdp_md *ctx, const struct ss_packet *packet, __u32 via) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const struct ss_span sent_by = ss_sent_by_at(&text, via);
    if (!sent_by.length)
        return 0;
    return (__u64)sent_by.offset << 32 | ss_host_length(&text, &sent_by);
}

/* Whether a part of the message is an IPv6 address without brackets; at most SS_HOST_SIZE bytes. */
static long ss_colon_step(__u32 index, void *context) {
    struct ss_stop_scan *scan = (struct ss_stop_scan *)context;
    (void)index;
    if (ss_text_byte(&scan->text, scan->at) == ':')
        scan->state = ss_forget(&scan->text, 1);
    if (scan->state || scan->at >= scan->start)
        return SS_STOP;
    return ss_stop_skip(scan, 1);
}

/* Bit of a length beside which brackets are to be put around the text. */
#define SS_HOST_BARE 0x10000U

/* Likewise as ss_host_in_via() of its parameter received; SS_HOST_BARE if it has no brackets. */
SS_STAGE __u64 ss_host_received(struct xdp_md *ctx, const struct ss_packet *packet, __u32 via) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    const struct ss_span host = ss_received_at(&text, via);
    struct ss_stop_scan scan = {text, ss_forget(&text, host.offset), ss_forget(&text, 0),
                                ss_forget(&text, host.offset + host.length), 0};
    if (!host.length)
        return 0;
    if (ss_text_byte(&text, host.offset) != '[')
        ss_loop(SS_HOST_SIZE, ss_colon_step, &scan);
    return (__u64)host.offset << 32 | (scan.state ? SS_HOST_BARE : 0) | host.length;
}

/*
 * Index of the server of a pool that goes by the text at an offset (upper half) and of a length;
 * SS_NO_SERVER if there is none.
 */
SS_STAGE __u32 ss_server_of_host(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                                 __u64 found) {
    struct ss_host_key name = {};
    __u32 bare = (__u32)found & SS_HOST_BARE ? 1 : 0;
    __u32 length = (__u32)found & 0xffff;
    if (!packet || !length || length >= SS_HOST_SIZE - 2)
        return SS_NO_SERVER;
    length = ss_at_least_one(length); /* whose bounds the verifier sees */
    if (length > SS_HOST_SIZE - 2)
        return SS_NO_SERVER;
    if (bpf_xdp_load_bytes(ctx, packet->message + (__u32)(found >> 32),
                           bare ? name.host + 1 : name.host, length))
        return SS_NO_SERVER;
    if (bare) {
        name.host[0] = '[';
        name.host[length + 1] = ']';
    }
    name.pool = pool;
    __u32 *server = bpf_map_lookup_elem(&hosts, &name);
    return server ? *server : SS_NO_SERVER;
}

/*
 * Index of the server of a pool that a response's topmost Via, whose value stands at an offset,
 * names by its sent-by or by where it came from; SS_NO_SERVER if none.
 */
SS_INLINE __u32 ss_sender(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                          __u32 via) {
    __u32 server = ss_server_of_host(ctx, packet, pool, ss_host_in_via(ctx, packet, via));
    return server == SS_NO_SERVER
               ? ss_server_of_host(ctx, packet, pool, ss_host_received(ctx, packet, via))
               : server;
}

#endif /* SIPSTEER_BPF_SENDER_H */
