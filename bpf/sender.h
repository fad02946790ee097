/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server sent the request that a response answers: the one that its topmost Via names (RFC
 * 3261, 18.2.2). So the answers to what servers begin from the VIP come back to them, though their
 * software gives all of these the same Call-ID, or the call moved. Servers that write the VIP, or a
 * name, into Via are not known by it: there the Call-ID decides.
 */
#ifndef SIPSTEER_BPF_SENDER_H
#define SIPSTEER_BPF_SENDER_H

#include "values.h"
#include "via.h"

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

/*
 * Index of the server of a pool that a response's topmost Via, whose value stands at an offset,
 * names; SS_NO_SERVER if none.
 */
SS_STAGE __u32 ss_sender(struct xdp_md *ctx, const struct ss_packet *packet, __u32 pool,
                         __u32 via) {
    struct ss_host_key name = {};
    if (!packet)
        return SS_NO_SERVER;
    __u64 found = ss_host_in_via(ctx, packet, via);
    __u32 length = (__u32)found;
    if (!length || length >= SS_HOST_SIZE)
        return SS_NO_SERVER;
    length = ss_at_least_one(length); /* whose bounds the verifier sees */
    if (length > SS_HOST_SIZE)
        return SS_NO_SERVER;
    if (bpf_xdp_load_bytes(ctx, packet->message + (__u32)(found >> 32), name.host, length))
        return SS_NO_SERVER;
    name.pool = pool;
    __u32 *server = bpf_map_lookup_elem(&hosts, &name);
    return server ? *server : SS_NO_SERVER;
}

#endif /* SIPSTEER_BPF_SENDER_H */
