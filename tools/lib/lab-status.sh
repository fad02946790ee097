# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a person asks a running lab: which labs there are, and what is in one of them now.

list_labs() {
    local info
    for info in "$LAB_BASE"/*/info.json; do
        [[ -f $info ]] || continue
        jq -r '"\(.name)\t\(.servers | length) servers, \(.clients | length) clients, \(.nics) NIC" +
            (if .vlan then ", VLAN \(.vlan) (\(.vlan_device))" else "" end) +
            (if .ipv6 then ", IPv6" else "" end)' "$info"
    done
}

show_status() {
    local host netns
    jq -r '"lab \(.name): VIP \([.vip[] | values] | join(" and ")), \(.nics) NIC" +
        (if .vlan then ", VLAN \(.vlan) (\(.vlan_device))" else "" end) + ", files in \(.dir)"' \
        "$(lab_dir)/info.json"
    printf '\n'
    {
        printf 'HOST\tNETNS\tINTERFACE\tMAC\tADDRESSES\tPROCESSES\tCAPTURE\n'
        read_hosts
        for host in "${HOSTS[@]}"; do
            netns=$(lab_netns "$host")
            status_rows "$host" "$netns"
        done
    } | column -t -s $'\t'
}

# One row for each interface of a host that has addresses (of the switch: for each bridge). Processes
# only in the first.
status_rows() {
    local host=$1 netns=$2 processes capture
    processes=$(netns_processes "$netns")
    capture=no
    [[ " $processes" != *" tcpdump("* ]] || capture=yes
    ip -n "$netns" -json addr show | jq -r --arg host "$host" --arg netns "$netns" \
        --arg processes "${processes:--}" --arg capture "$capture" '
        def addresses: [.addr_info[] | select(.scope == "global") | .local];
        (map(select(.ifname == "lo") | addresses[] | "\(.) on lo")) as $loopback |
        [ .[] | select(.ifname != "lo") | select((addresses | length) > 0 or (.ifname | test("^br[0-9]$"))) ] |
        to_entries[] | .key as $row | .value |
        (addresses + (if $row == 0 then $loopback else [] end) | join(" + ")) as $shown |
        (if $row == 0 then [$host, $netns] else ["", ""] end) +
        [.ifname, .address, (if $shown == "" then "-" else $shown end)] +
        (if $row == 0 then [$processes, $capture] else ["", ""] end) |
        map(if . == "" then " " else . end) | @tsv'
}

# "name(pid) name(pid)" of what runs in a namespace.
netns_processes() {
    local pid line=''
    for pid in $(ip netns pids "$1" 2>/dev/null); do
        line+="${line:+ }$(cat "/proc/$pid/comm" 2>/dev/null || true)($pid)"
    done
    printf '%s\n' "$line"
}
