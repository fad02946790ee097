# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The small BPF programs that the lab itself needs, compiled into its run directory.

build_programs() {
    pass_source | build_program pass
    [[ $VLAN_DEVICE != emulated ]] || vlan_source | build_program vlan -DVLAN_ID="$OPT_VLAN"
}

# build_program NAME FLAGS...: C from standard input to NAME.o.
build_program() {
    local object
    object=$(lab_dir)/$1.o
    shift
    clang -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" "$@" -x c -c - -o "$object" ||
        lab_die "cannot compile ${object##*/}; are libbpf-dev and linux-libc-dev installed?"
}

# XDP for the switch's ports to the director: see add_pass_programs. Frames of several pieces are
# theirs, too: the MTU of such a link may be large.
pass_source() {
    cat <<'SOURCE'
__attribute__((section("xdp.frags"), used)) int pass(void *ctx)
{
    return 2; /* XDP_PASS */
}

char _license[] __attribute__((section("license"), used)) = "GPL";
SOURCE
}

# tc programs that stand in for a VLAN device: see lab-vlan.sh.
vlan_source() {
    cat <<'SOURCE'
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("push") int push_tag(struct __sk_buff *skb)
{
    return bpf_skb_vlan_push(skb, bpf_htons(0x8100), VLAN_ID) ? TC_ACT_SHOT : TC_ACT_OK;
}

/* eth0 has no addresses of its own: what is untagged or of another VLAN finds nobody. A macvlan in
 * passthru mode takes frames for other MACs as its own, hence the look at pkt_type. */
SEC("pop") int pop_tag(struct __sk_buff *skb)
{
    if (!skb->vlan_present || (skb->vlan_tci & 0xfff) != VLAN_ID)
        return TC_ACT_SHOT;
    if (skb->pkt_type == PACKET_OTHERHOST)
        return TC_ACT_SHOT;
    return bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
SOURCE
}
