/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The data plane: the way of one packet, stage by stage. Each stage has a header of its own.
 *
 *   parse -> match the service -> key (Call-ID) -> select a server -> forward -> count -> show
 */
#include "net/maps.h"
#include "net/packet.h"

#include "net/count.h"
#include "steer.h"
#include "tap.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp.frags")
int sipsteer(struct xdp_md *ctx) {
    struct ss_packet packet = {.frame = (__u32)bpf_xdp_get_buff_len(ctx)};
    struct ss_outcome outcome = {.server = SS_NO_SERVER};
    struct ss_key key = {};
    int action = ss_steer(ctx, &packet, &key, &outcome);
    ss_count(&outcome, packet.frame);
    if (ss_may_be_shown(&outcome))
        ss_tap(ctx, &packet, key.hash, &outcome);
    return action;
}
