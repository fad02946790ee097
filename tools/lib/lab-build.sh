# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Builds a planned lab: namespaces, the switch, links, addresses, the VIP on the servers.

# Turns a planned lab into a running one. On any failure or signal the caller's trap takes it down.
build_lab() {
    mkdir "$(lab_dir)"
    printf '%s\n' "${HOSTS[@]}" switch >"$(lab_dir)/hosts"
    plan_options >"$(lab_dir)/options"
    mkdir "$(lab_dir)/bpf"
    mount -t bpf "sipsteer-$LAB_NAME" "$(lab_dir)/bpf"
    build_programs
    add_namespaces
    add_switch
    add_links
    add_pass_programs
    configure_hosts
    configure_router
    add_vips
    tidy_bpffs
    await_links
    write_env
    make_info >"$(lab_dir)/info.json.new"
    mv "$(lab_dir)/info.json.new" "$(lab_dir)/info.json"
}

add_namespaces() {
    local host ipv6=$OPT_IPV6
    for host in "${HOSTS[@]}" switch; do
        [[ $host != switch ]] || ipv6=no
        ip netns add "$(lab_netns "$host")"
        in_netns "$host" bash -euc "$(declare -f write_sysctls host_sysctls); host_sysctls $ipv6"
    done
}

# write_sysctls VALUE NAME...: names below /proc/sys/net; one that the kernel lacks is passed over.
write_sysctls() {
    local value=$1 name
    shift
    for name in "$@"; do
        [[ ! -e /proc/sys/net/$name ]] || printf '%s\n' "$value" >"/proc/sys/net/$name"
    done
}

# Runs inside a namespace before its links exist, so that they inherit "default".
host_sysctls() {
    local scope
    for scope in all default; do
        write_sysctls 0 "ipv4/conf/$scope/rp_filter" "ipv4/conf/$scope/send_redirects" \
            "ipv6/conf/$scope/accept_dad" "ipv6/conf/$scope/dad_transmits" \
            "ipv6/conf/$scope/accept_ra" "ipv6/conf/$scope/router_solicitations"
        [[ $1 == yes ]] || write_sysctls 1 "ipv6/conf/$scope/disable_ipv6"
    done
    write_sysctls 0 ipv4/ip_forward
    # A bridge that hands frames to the IP filters would reassemble fragments.
    write_sysctls 0 bridge/bridge-nf-call-iptables bridge/bridge-nf-call-ip6tables \
        bridge/bridge-nf-call-arptables
    ip link set lo up
}

add_switch() {
    local segment
    for ((segment = 1; segment <= OPT_NICS; segment++)); do
        printf 'link add br%s type bridge stp_state 0 mcast_snooping 0 forward_delay 0\n' \
            "$segment"
        printf 'link set br%s up\n' "$segment"
    done | ip -n "$(lab_netns switch)" -batch -
}

# Both ends of every pair are made where they belong: no veth is ever seen in the root namespace.
# Two queues each way: native XDP wants the peer's transmit queues covered by own receive queues.
add_links() {
    local link host interface segment mac queues="numrxqueues 2 numtxqueues 2"
    for link in "${LINKS[@]}"; do
        read -r host interface segment mac _ <<<"$link"
        printf 'link add %s-%s %s type veth peer name %s address %s %s netns %s\n' \
            "$host" "$interface" "$queues" "$interface" "$mac" "$queues" "$(lab_netns "$host")"
        printf 'link set %s-%s master br%s up\n' "$host" "$interface" "$segment"
    done | ip -n "$(lab_netns switch)" -batch -
    for link in "${LINKS[@]}"; do
        read -r host interface _ <<<"$link"
        printf '%s-%s\n' "$host" "$interface"
    done | in_netns switch bash -euc "$(declare -f set_offloads)
        while read -r name; do set_offloads \"\$name\"; done"
}

# Frames that XDP redirects into a veth are lost unless the other end has GRO on or an XDP program.
# Checksums, segmentation and tags are done in software at once, so that XDP and captures see what a
# wire would carry.
set_offloads() {
    ethtool -K "$1" gro on tx off tso off gso off rxvlan off txvlan off \
        rx-vlan-stag-hw-parse off tx-vlan-stag-hw-insert off >/dev/null
}

# For XDP_TX, GRO on the other end is not enough: veth (6.18 and before) queues the frame there but wakes
# the receiver only if that has an XDP program; the frame stays until ordinary traffic comes by.
add_pass_programs() {
    local link host interface
    for link in "${LINKS[@]}"; do
        read -r host interface _ <<<"$link"
        [[ $host == director ]] || continue
        in_netns switch ip link set "$host-$interface" xdpdrv object "$(lab_dir)/pass.o" section xdp.frags
    done
}

configure_hosts() {
    local link host interface segment last name
    for link in "${LINKS[@]}"; do
        read -r host interface segment _ last <<<"$link"
        in_netns "$host" bash -euc "$(declare -f set_offloads); set_offloads $interface"
        name=$(address_interface "$interface")
        [[ -z $OPT_VLAN ]] || add_vlan_interface "$host" "$interface"
        configure_interface "$interface" "$name" "$segment" "$last" | ip -n "$(lab_netns "$host")" -batch -
        add_routes "$host" "$segment" | ip -n "$(lab_netns "$host")" -batch -
    done
}

# Prints the ip commands for one interface of a host.
configure_interface() {
    printf 'link set %s up\n' "$1"
    [[ $1 == "$2" ]] || printf 'link set %s up\n' "$2"
    printf 'addr add %s.%s/24 dev %s\n' "${PREFIX4[$3]}" "$4" "$2"
    [[ $OPT_IPV6 == no ]] || printf 'addr add %s:%s/64 dev %s nodad\n' "${PREFIX6[$3]}" "$4" "$2"
}

# Prints the routes of a client or server to the other segment; there are none with one NIC.
add_routes() {
    local here=$2 there=$((3 - $2))
    [[ $OPT_NICS == 2 && $1 != director && $1 != router ]] || return 0
    printf 'route add %s.0/24 via %s.1\n' "${PREFIX4[there]}" "${PREFIX4[here]}"
    [[ $OPT_IPV6 == no ]] || printf 'route add %s:/64 via %s:1\n' "${PREFIX6[there]}" "${PREFIX6[here]}"
}

configure_router() {
    [[ $OPT_NICS == 2 ]] || return 0
    in_netns router bash -euc "$(declare -f write_sysctls)
        write_sysctls 1 ipv4/ip_forward
        [[ $OPT_IPV6 == no ]] || write_sysctls 1 ipv6/conf/all/forwarding"
}

add_vips() {
    local host vip vips=("$VIP4")
    [[ $OPT_IPV6 == no ]] || vips+=("$VIP6")
    for vip in "${vips[@]}"; do
        for host in "${HOSTS[@]}"; do
            [[ $host == server* ]] || continue
            in_netns "$host" "$LAB_ROOT/deploy/real-server/sipsteer-real-server" add "$vip" >/dev/null
        done
        [[ $OPT_DIRECTOR_VIP == no ]] || add_director_vip "$vip"
    done
}

add_director_vip() {
    local address=("$1/32")
    [[ $1 != *:* ]] || address=("$1/128" nodad)
    ip -n "$(lab_netns director)" addr add "${address[@]}" dev "$(address_interface eth0)"
}

# ip and tc make folders in the first bpffs they find, which is the lab's where /sys/fs/bpf is not
# mounted. They are empty: the lab's programs have no maps.
tidy_bpffs() {
    rm -rf "$(lab_dir)"/bpf/{ip,tc,xdp}
}

# The kernel takes up to a second to make a link operational, and until then no IPv6 address of it can
# be spoken from, duplicate address detection or not.
await_links() {
    local host tries
    for host in "${HOSTS[@]}"; do
        for ((tries = 0; tries < 100; tries++)); do
            links_pending "$(lab_netns "$host")" >/dev/null || continue 2
            sleep 0.05
        done
        die "the links of $host did not come up: $(links_pending "$(lab_netns "$host")")"
    done
}

# Prints what is not ready; fails if all is.
links_pending() {
    {
        ip -n "$1" -o link show up | grep -E 'state (DOWN|LOWERLAYERDOWN)'
        ip -n "$1" -6 -o addr show tentative
    } | grep .
}

# For shell scripts: . /run/sipsteer-lab/NAME/env
write_env() {
    {
        printf 'SIPSTEER_LAB_NAME=%s\n' "$LAB_NAME"
        printf 'SIPSTEER_LAB_DIR=%s\n' "$(lab_dir)"
        printf 'SIPSTEER_LAB_BPFFS=%s/bpf\n' "$(lab_dir)"
        printf 'SIPSTEER_LAB_DIRECTOR_NETNS=%s\n' "$NETNS_DIR/$(lab_netns director)"
        printf 'SIPSTEER_LAB_VIP_INTERFACE=%s\n' "$(address_interface eth0)"
        printf 'SIPSTEER_LAB_VIP4=%s\n' "$VIP4"
        [[ $OPT_IPV6 == no ]] || printf 'SIPSTEER_LAB_VIP6=%s\n' "$VIP6"
    } >"$(lab_dir)/env"
}
