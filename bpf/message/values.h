/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Values of headers, as far as the frame's first piece shows them. Stages of their own, so that
 * each loop is verified once.
 */
#ifndef SIPSTEER_BPF_VALUES_H
#define SIPSTEER_BPF_VALUES_H

#include "../text/cseq.h"
#include "../text/tag.h"
#include "key.h"

/* Whether To, whose value stands at an offset, has a tag. */
SS_STAGE int ss_is_tagged(struct xdp_md *ctx, const struct ss_packet *packet, __u32 to) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_has_tag(&text, to);
}

/* enum ss_method of a CSeq whose value stands at an offset. */
SS_STAGE __u32 ss_method_in_cseq(struct xdp_md *ctx, const struct ss_packet *packet, __u32 cseq) {
    if (!packet)
        return SS_METHOD_NONE;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_cseq_method(&text, cseq);
}

/* The number in it. */
SS_STAGE __u32 ss_number_in_cseq(struct xdp_md *ctx, const struct ss_packet *packet, __u32 cseq) {
    if (!packet)
        return 0;
    const struct ss_text text = ss_message_text(ctx, packet);
    return ss_cseq_number(&text, cseq);
}

#endif /* SIPSTEER_BPF_VALUES_H */
