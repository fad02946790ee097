/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Looks like the data plane of another version: its name, and maps of its maps' names. Passes
 * everything.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} calls SEC(".maps"), services SEC(".maps"), servers SEC(".maps");

SEC("xdp.frags")
int sipsteer(struct xdp_md *ctx) {
    __u32 key = 0;
    (void)ctx;
    return bpf_map_lookup_elem(&calls, &key) && bpf_map_lookup_elem(&services, &key) &&
                   bpf_map_lookup_elem(&servers, &key)
               ? XDP_PASS
               : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
