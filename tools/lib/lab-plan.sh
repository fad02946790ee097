# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a lab looks like: its hosts, links and addresses from the options alone. Nothing here touches
# the system.
#
# Segment 1 carries clients and director (and, with one NIC, the servers), segment 2 the servers when
# the director has two NICs. All addresses are from the documentation ranges (RFC 5737, RFC 3849).

readonly PREFIX4=(- 198.51.100 203.0.113)          # by segment
readonly PREFIX6=(- 2001:db8:1: 2001:db8:2:)
readonly VIP4=198.51.100.100
readonly VIP6=2001:db8:1::100

# Normal form of the options, to tell whether two calls of "up" ask for the same lab.
plan_options() {
    printf 'servers=%s clients=%s nics=%s vlan=%s ipv6=%s director_vip=%s\n' \
        "$OPT_SERVERS" "$OPT_CLIENTS" "$OPT_NICS" "${OPT_VLAN:-none}" "$OPT_IPV6" "$OPT_DIRECTOR_VIP"
}

server_segment() { printf '%s\n' "$OPT_NICS"; }

# The interface that has the addresses: eth0, or eth0.ID in a tagged lab.
address_interface() { printf '%s%s\n' "$1" "${OPT_VLAN:+.$OPT_VLAN}"; }

# Sets HOSTS (all but the switch) and LINKS, one "host interface segment mac last-part" a line. The
# last part is that of both addresses: .11 and ::11.
make_plan() {
    local i
    HOSTS=()
    LINKS=()
    for ((i = 1; i <= OPT_CLIENTS; i++)); do
        plan_link "user$i" eth0 1 "$(printf '02:00:00:00:01:%02x' "$i")" "$((200 + i))"
    done
    plan_link director eth0 1 02:00:00:00:02:01 10
    if ((OPT_NICS == 2)); then
        plan_link director eth1 2 02:00:00:00:02:02 10
        plan_link router eth0 1 02:00:00:00:04:01 1
        plan_link router eth1 2 02:00:00:00:04:02 1
    fi
    for ((i = 1; i <= OPT_SERVERS; i++)); do
        plan_link "server$i" eth0 "$(server_segment)" "$(printf '02:00:00:00:03:%02x' "$i")" "$((10 + i))"
    done
}

plan_link() {
    LINKS+=("$*")
    [[ " ${HOSTS[*]} " == *" $1 "* ]] || HOSTS+=("$1")
}

# info_host HOST INTERFACE SEGMENT MAC LAST: one host as JSON.
info_host() {
    local ipv6=''
    [[ $OPT_IPV6 == no ]] || ipv6="${PREFIX6[$3]}:$5"
    jq -n --arg name "$1" --arg netns "$(lab_netns "$1")" --arg interface "$(address_interface "$2")" \
        --arg ipv4 "${PREFIX4[$3]}.$5" --arg ipv6 "$ipv6" --arg mac "$4" '
        { $name, $netns, $interface, $ipv4, ipv6: (if $ipv6 == "" then null else $ipv6 end), $mac }'
}

# The lab as JSON: what "tools/lab info" prints.
make_info() {
    local link words clients=() servers=() director='' router=null
    for link in "${LINKS[@]}"; do
        read -ra words <<<"$link"
        case "${words[0]} ${words[1]}" in
        user*) clients+=("$(info_host "${words[@]}")") ;;
        server*) servers+=("$(info_host "${words[@]}")") ;;
        "director eth0") director=$(info_host "${words[@]}") ;;
        "router eth0") router=$(info_host "${words[@]}") ;;
        esac
    done
    jq -n --arg name "$LAB_NAME" --arg dir "$(lab_dir)" --arg vlan "$OPT_VLAN" --arg nics "$OPT_NICS" \
        --arg ipv6 "$OPT_IPV6" --arg vip4 "$VIP4" --arg vip6 "$VIP6" --arg switch "$(lab_netns switch)" \
        --arg vlan_device "$VLAN_DEVICE" --argjson director "$director" --argjson router "$router" \
        --argjson clients "$(join_json "${clients[@]}")" --argjson servers "$(join_json "${servers[@]}")" '
        ([range($nics | tonumber)] | map("eth\(.)")) as $nic_names |
        {
            $name, $dir, bpffs: ($dir + "/bpf"),
            vlan: (if $vlan == "" then null else ($vlan | tonumber) end),
            vlan_device: (if $vlan == "" then null else $vlan_device end),
            nics: ($nics | tonumber), ipv6: ($ipv6 == "yes"),
            vip: { ipv4: $vip4, ipv6: (if $ipv6 == "yes" then $vip6 else null end) },
            director: ($director + {
                interfaces: $nic_names, attach: $nic_names, vip_interface: $director.interface }),
            router: (if $router == null then null else $router | { name, netns } end),
            switch: { name: "switch", netns: $switch },
            $clients, $servers
        }'
}

join_json() { printf '%s\n' "$@" | jq -s .; }
