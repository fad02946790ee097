# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A tagged interface eth0.ID on eth0. Where the kernel has 802.1Q devices it is one of those. Where it
# has not, it is a macvlan with eth0's MAC, and two tc programs on eth0 push the tag on the way out and
# pop it on the way in (lab-programs.sh). On the wire, and so for XDP and tcpdump on eth0, both are the
# same: frames with an 802.1Q header.

# Sets VLAN_DEVICE: "8021q", or "emulated", or "none" in a lab without tags.
detect_vlan_device() {
    VLAN_DEVICE=none
    [[ -n $OPT_VLAN ]] || return 0
    if kernel_has vlan id 1; then
        VLAN_DEVICE=8021q
    elif kernel_has macvlan mode passthru; then
        VLAN_DEVICE=emulated
    else
        lab_die "--vlan: this kernel has neither VLAN devices (8021q) nor macvlan for a stand-in"
    fi
}

# kernel_has TYPE...: tries to make such a device, in a namespace that vanishes at once.
kernel_has() {
    unshare --net sh -c "ip link add name probe type veth && ip link add link probe name probe.1 type $*" \
        >/dev/null 2>&1
}

# add_vlan_interface HOST INTERFACE
add_vlan_interface() {
    local netns object
    netns=$(lab_netns "$1")
    object=$(lab_dir)/vlan.o
    if [[ $VLAN_DEVICE == 8021q ]]; then
        ip -n "$netns" link add link "$2" name "$2.$OPT_VLAN" type vlan id "$OPT_VLAN"
        return
    fi
    ip -n "$netns" link add link "$2" name "$2.$OPT_VLAN" type macvlan mode passthru nopromisc
    tc -n "$netns" qdisc add dev "$2" clsact
    tc -n "$netns" filter add dev "$2" egress bpf direct-action object-file "$object" section push
    tc -n "$netns" filter add dev "$2" ingress bpf direct-action object-file "$object" section pop
    # A macvlan leaves broadcasts to its lower device too, which must not answer them a second time.
    in_netns "$1" bash -euc "$(declare -f write_sysctls)
        write_sysctls 8 ipv4/conf/$2/arp_ignore
        write_sysctls 1 ipv6/conf/$2/disable_ipv6"
}
