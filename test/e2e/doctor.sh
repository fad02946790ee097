#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sipsteer doctor: each fault that a lab can have is found, by the check it is about and no other, and is
# gone once it is mended. In a farm that is well, nothing fails. What it sends is what it says it sends.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

SIPSTEER=${SIPSTEERD%/*}/sipsteer

prefix() { if ((FAMILY == 4)); then echo 32; else echo 128; fi; }
nodad() { ((FAMILY == 4)) || echo nodad; }

# doctor OPTION...: as JSON; the daemon's own file is not named.
doctor() { on_host director "$SIPSTEER" doctor --api "$(director_file api.sock)" -o json "$@"; }

# troubles JSON: "check status" a line, of what is not ok.
troubles() { jq -r '.checks[] | select(.status != "ok") | "\(.id) \(.status)"' <<<"$1" | sort; }

# What a healthy lab has: this machine's clock, mostly. Set by a_farm_that_is_well.
USUAL=''

# check_troubles DESCRIPTION EXPECTED [OPTION...]: the doctor finds these ("check status" a line) beside the
# usual ones, no others; every fault has a remedy; the exit code is 1 if a check failed. Sets REPORT.
check_troubles() {
    local description=$1 expected=$2 usual code=0
    shift 2
    REPORT=$(doctor "$@") || code=$?
    usual=$(comm -12 <(printf '%s\n' "$USUAL") <(troubles "$REPORT"))
    check_equal "$description" "$(printf '%s\n' "$expected" "$usual" | sed '/^$/d' | sort)" "$(troubles "$REPORT")"
    check_json "$description: with remedies, and the right exit code" '
        ([.checks[].findings[] | select(.status == "warn" or .status == "fail")] | all(.remedy))
        and (if .counts.fail > 0 then 1 else 0 end) == '"$code" "$REPORT"
}

# check_says DESCRIPTION CHECK WORDS: a finding of the last report.
check_says() {
    check_json "$1" "[.checks[] | select(.id == \"$2\") | .findings[] | select(.status != \"ok\").text]
        | any(contains(\"$3\"))" "$REPORT"
}

all_take_new() { status_is '[.pools[].servers[]] | all(.takes_new)'; }

a_farm_that_is_well() {
    REPORT=$(doctor || true)
    check_json "a farm that is well: nothing fails" '.counts.fail == 0 and .verdict != "fail"' "$REPORT"
    USUAL=$(troubles "$REPORT")
    comment "usual here: $(tr '\n' ',' <<<"$USUAL")"
    check_json "what may depend on this machine alone is not ok" \
        '[.checks[] | select(.status != "ok").id] - ["clock", "bpf", "rss", "kernel", "irq"] == []' "$REPORT"
}

# limited to so many open files: what a unit or a shell may do to the daemon.
limit_files() { prlimit --pid "$(director_pid)" --nofile="$1:"; }

# Each by itself, in a whole examination: its check finds it, and no other does.
one_by_one() {
    local files
    on_host director sysctl -qw "net/ipv4/conf/$VIP_INTERFACE/rp_filter=1"
    check_troubles "a strict reverse path filter" 'rp-filter warn'
    check_says "which interface has it" rp-filter "$VIP_INTERFACE has a strict reverse path filter"
    on_host director sysctl -qw "net/ipv4/conf/$VIP_INTERFACE/rp_filter=0"

    on_host director ip link set eth0 mtu 1400
    check_troubles "a small MTU" 'mtu warn'
    check_troubles "chosen alone" 'mtu warn' --only mtu,vip --skip vip
    on_host director ip link set eth0 mtu 1500

    on_host server2 ip address del "$VIP/$(prefix)" dev lo
    check_troubles "a server without the VIP" 'server-vip fail'
    check_says "which server" server-vip 'proxies/server2 does not answer OPTIONS to the VIP'
    on_host server2 "$PROJECT_DIR/deploy/real-server/sipsteer-real-server" add "$VIP" >/dev/null

    leak server3
    check_troubles "a server that answers for the VIP" 'vip-leak fail'
    check_says "which server, by which MAC" vip-leak 'proxies/server3 (02:00:00:00:03:03) answers for the VIP'
    mend_leak server3

    # The daemon puts back what is gone, unless the interface is gone, too.
    on_host director ip link add spare0 type veth peer name spare1
    reload_director '.services[].vip_interface = "spare0"' config_in_force
    on_host director ip link del spare0
    check_troubles "no VIP on the director" 'interface fail
ready fail
rp-filter skipped
vip fail'
    check_says "where it is not" vip "$VIP is not on spare0"
    reload_director ".services[].vip_interface = \"$VIP_INTERFACE\"" config_in_force

    files=$(prlimit --pid "$(director_pid)" --nofile --output SOFT --noheadings | tr -d ' ')
    limit_files 100
    check_troubles "a daemon that may open few files" 'limits fail'
    check_says "how few" limits 'may open 100 files but may need 132'
    limit_files "$files"

    check_troubles "mended: none is left" ''
}

leak() { # SERVER
    if ((FAMILY == 4)); then
        on_host "$1" sysctl -qw net.ipv4.conf.all.arp_ignore=0
    else
        on_host "$1" ip address add "$VIP/128" dev "$(host_get "$1" interface)" nodad
    fi
}

mend_leak() { # SERVER
    if ((FAMILY == 4)); then
        on_host "$1" sysctl -qw net.ipv4.conf.all.arp_ignore=1
    else
        on_host "$1" ip address del "$VIP/128" dev "$(host_get "$1" interface)"
    fi
}

# Clients are behind another interface: what is no steered datagram of theirs is dropped.
a_way_back_by_another_interface() {
    on_host director ip link add mgmt0 type veth peer name mgmt1
    on_host director ip link set mgmt1 up
    on_host director ip link set mgmt0 up
    on_host director ip route add default dev mgmt0
    on_host director sysctl -qw "net/ipv4/conf/$VIP_INTERFACE/rp_filter=1"
    check_troubles "a strict filter where the way back is another: worse" 'rp-filter fail' --only rp-filter
    check_says "it says which way" rp-filter 'the default route leads to mgmt0'
    on_host director sysctl -qw "net/ipv4/conf/$VIP_INTERFACE/rp_filter=2"
    check_troubles "a loose one is none" '' --only rp-filter
    on_host director ip link del mgmt0
}

two_hosts_with_one_address() {
    local address
    address=$(host_address server3 "$FAMILY")
    # shellcheck disable=SC2046
    on_host server4 ip address add "$address/$(prefix)" dev "$(host_get server4 interface)" $(nodad)
    check_troubles "two servers with one address" 'neighbour fail' --only neighbour
    check_says "both are named" neighbour '02:00:00:00:03:03 and 02:00:00:00:03:04'
    on_host server4 ip address del "$address/$(prefix)" dev "$(host_get server4 interface)"
    check_troubles "one took it away" '' --only neighbour
}

# The far address is on server2's loopback; see neighbours.sh.
a_server_behind_a_router() {
    local far near before
    far=$(if ((FAMILY == 4)); then echo 203.0.113.77; else echo 2001:db8:77::1; fi)
    near=$(host_address server2 "$FAMILY")
    before=$(host_address server4 "$FAMILY")
    on_host director ip route add "$far" via "$near"
    check "a server with an address behind a router" reload_director \
        '(.pools[0].servers[] | select(.name == "server4")).address = "'"$far"'"' config_in_force
    check_troubles "is found" 'next-hop fail
neighbour skipped
server-vip skipped
servers warn'
    check_says "with its router" next-hop "proxies/server4 ($far) is not on a segment of the director, but behind the router $near"
    on_host director ip route del "$far"
    check "its own address again" reload_director \
        '(.pools[0].servers[] | select(.name == "server4")).address = "'"$before"'"' config_in_force
    check "the server is up" wait_until 60 all_take_new
    check_troubles "then it is well" '' --only next-hop,servers,neighbour
}

servers_that_are_down() {
    check "nobody answers at the servers' port" reload_director '.pools[0].servers[].port = 5099' config_in_force
    check "so they are down" wait_until 60 status_is \
        '.pools[0].state == "down" and ([.pools[0].servers[].health] | all(. == "down"))'
    check_troubles "servers and their pool" 'servers warn
pools fail' --only servers,pools
    check_says "each with its reason" servers 'proxies/server1 is down: ICMP port unreachable'
    check_says "the pool with its own" pools 'no server can take new calls'
    check "the right port again" reload_director '.pools[0].servers[].port = 5060' config_in_force
    check "they are up" wait_until 60 all_take_new
    check_troubles "then they are well" '' --only servers,pools
}

# What is sent into a veth whose other end has neither XDP nor GRO is lost.
a_veth_that_is_not_ready() {
    local lab
    lab=$(jq -r .dir <<<"$LAB_INFO")
    on_host switch ip link set director-eth0 xdpdrv off
    on_host switch ethtool -K director-eth0 gro off
    check_troubles "the other end of the director's veth is not ready" 'xdp-transmit fail' --only xdp-transmit
    on_host switch ethtool -K director-eth0 gro on
    on_host switch ip link set director-eth0 xdpdrv object "$lab/pass.o" section xdp.frags
    check_troubles "it is ready" '' --only xdp-transmit
}

another_program() {
    local lab
    lab=$(jq -r .dir <<<"$LAB_INFO")
    on_host director ip -force link set dev eth0 xdpdrv object "$lab/pass.o" section xdp.frags
    check_troubles "another XDP program in the place of ours" 'xdp-attached fail
xdp-foreign fail
ready fail' --only xdp-attached,xdp-foreign,ready
    check_says "it is named" xdp-foreign 'another XDP program (pass, id '
    on_host director ip link set dev eth0 xdpdrv off
    check "it is gone: the daemon puts ours back" wait_until 60 status_is '.interfaces[0].attached'
    check_troubles "ours is back" '' --only xdp-attached,xdp-foreign,ready
}

generic_mode() {
    stop_director
    XDP_MODE=generic start_director .
    on_host director ethtool -K eth0 rx-gro-list on
    check_troubles "generic mode, and datagrams that are put together" 'xdp-mode warn
receive-offload fail' --only xdp-mode,receive-offload,xdp-attached
    check_says "the offload is named" receive-offload 'the kernel merges UDP datagrams'
    on_host director ethtool -K eth0 rx-gro-list off
    check_troubles "the offload is off" 'xdp-mode warn' --only xdp-mode,receive-offload
    stop_director
    start_director .
    check_troubles "restarted in native mode" '' --only xdp-mode,xdp-attached,xdp-foreign,ready
}

# What no lab has, in a configuration that names it; as sipsteer reads it before the first start.
interfaces_that_will_not_do() {
    local file=$WORK/interfaces.json
    on_host director ip link add bridge0 up type bridge
    on_host director ip link add queue0 numrxqueues 2 numtxqueues 2 type veth peer name queue1
    on_host director ip link set queue1 up
    on_host director ip link set queue0 up
    on_host director ethtool -L queue0 rx 1
    jq '.interfaces = [{"name": "bridge0", "mode": "native"}]' "$(director_file config.json)" >"$file"
    check_troubles "a driver without native XDP" 'xdp-mode fail' --config "$file" --only xdp-mode
    check_says "which one" xdp-mode 'bridge0 (bridge) has no native XDP'
    jq '.interfaces = [{"name": "nic7"}]' "$(director_file config.json)" >"$file"
    check_troubles "an interface that is not there" 'interface fail' --config "$file" --only interface
    check_says "its name" interface nic7
    jq '.interfaces = [{"name": "queue0"}]' "$(director_file config.json)" >"$file"
    if (($(nproc) > 1)); then
        check_troubles "one queue for all CPUs" 'rss warn' --config "$file" --only rss
        check_json "the remedy is one that the driver takes" \
            '.checks[0].findings[0].remedy == "ethtool -L queue0 rx 2"' "$REPORT"
        on_host director ethtool -L queue0 rx 2
        check_troubles "two queues" '' --config "$file" --only rss
    else
        comment "one CPU: one queue is enough for it"
    fi
    on_host director ip link del queue0
    on_host director ip link del bridge0
}

# In a lab whose link carries a VLAN.
tags_taken_out() {
    on_host director ethtool -K eth0 rxvlan on
    check_troubles "VLAN tags are taken out of the frames" 'vlan-offload fail' --only vlan-offload
    on_host director ethtool -K eth0 rxvlan off
    check_troubles "they are left in" '' --only vlan-offload
}

# setarch gives a program Linux 2.6 to see.
an_old_kernel() {
    REPORT=$(on_host director setarch --uname-2.6 "$SIPSTEER" doctor --api "$(director_file api.sock)" \
        -o json --only kernel || true)
    check_equal "an old kernel" 'kernel fail' "$(troubles "$REPORT")"
    check_says "which one" kernel 'is older than 6.1'
}

# With a configuration of its own.
bad_files() {
    local file=$WORK/doctor.json
    jq '.pin_dir = "'"$WORK"'/pins"' "$(director_file config.json)" >"$file"
    check_troubles "pin_dir is on no BPF file system" 'bpffs fail' --config "$file" --only bpffs,config
    jq '.pools[0].servers = 5' "$(director_file config.json)" >"$file"
    check_troubles "a configuration with an error" 'config fail
bpffs skipped' --config "$file" --only bpffs,config
    check_says "which one" config 'pools[0].servers'
    check_troubles "a configuration that is not there" 'config fail' --config "$file.not" --only config
}

# Not where the daemon is.
in_another_network() {
    REPORT=$("$SIPSTEER" doctor --api "$(director_file api.sock)" --only daemon,vip,kernel -o json || true)
    check_equal "from another network namespace its host is not looked at" 'kernel skipped
vip skipped' "$(troubles "$REPORT")"
    check_says "it says where it is to run" vip "nsenter --net=/proc/$(director_pid)/ns/net sipsteer doctor"
}

# Only the daemon's socket and files can be read; nothing is said to be well that was not checked.
without_root() {
    REPORT=$(on_host director setpriv --reuid=65534 --regid=65534 --clear-groups "$SIPSTEER" doctor \
        --api "$(director_file api.sock)" --config "$WORK/readable.json" -o json || true)
    check_json "without root, what needs it is skipped" '
        [.checks[] | select(.status == "skipped").id]
        | ["daemon", "neighbour", "server-vip", "vip-leak", "xdp-attached"] - . == []' "$REPORT"
    check_json "and the rest is looked at" '
        [.checks[] | select(.id == "next-hop" or .id == "interface" or .id == "vip").status] == ["ok", "ok", "ok"]' \
        "$REPORT"
    check_json "nothing fails for it" '.counts.fail == 0' "$REPORT"
}

# With the daemon stopped, all that leaves the director is the doctor's. Looked at on the switch: packet
# sockets that pass by the queues pass by captures on the director as well.
what_it_sends() {
    local capture=$WORK/doctor.pcap before after pid
    stop_director
    check_troubles "the daemon is stopped: its program and its VIP are gone" 'bpf skipped
daemon fail
limits skipped
pools skipped
ready skipped
servers skipped
version skipped
vip fail
xdp-attached fail' --config "$(director_file config.json)"
    before=$(director_traces)
    start_capture switch director-eth0 "$capture" 'ether src 02:00:00:00:02:01'
    pid=$LAST_PID
    doctor --config "$(director_file config.json)" >/dev/null || true
    stop_capture "$pid" "$capture"
    after=$(director_traces)
    check_equal "it changes nothing" "$before" "$after"
    # What the kernel answers and asks by itself: ARP replies, advertisements; for a neighbour, unicast.
    check_equal "it sends ARP, solicitations and OPTIONS, nothing else" '' \
        "$(sent_of "$capture" '!arp && !(icmpv6.type == 135 || icmpv6.type == 136) && !(sip.Method == "OPTIONS")' \
            _ws.col.Info)"
    check_equal "it asks for the VIP and the servers" \
        "$( (echo "$VIP" && for server in "${SERVERS[@]}"; do host_address "$server" "$FAMILY"; done) | sort)" \
        "$(sent_of "$capture" 'arp.opcode == 1 || icmpv6.type == 135' arp.dst.proto_ipv4 icmpv6.nd.ns.target_address |
            tr -d ' ' | sort -u)"
    check_equal "one OPTIONS for each server, to the VIP" \
        "$(for server in "${SERVERS[@]}"; do echo "$(host_get "$server" mac) $VIP"; done)" \
        "$(sent_of "$capture" 'sip.Method == "OPTIONS"' eth.dst ip.dst ipv6.dst | tr -s ' ' | sed 's/ $//' | sort)"
}

sent_of() { # FILE FILTER FIELD...
    local file=$1 filter=$2 field fields=()
    shift 2
    for field in "$@"; do fields+=(-e "$field"); done
    tshark -n -r "$file" -d udp.port==5060,sip -Y "$filter" -T fields -E separator=' ' "${fields[@]}" 2>"$WORK/tshark.log"
}

e2e_begin doctor "$@"
VIP_INTERFACE=$(jq -r .director.vip_interface <<<"$LAB_INFO")
start_proxies record-route
start_director '.pools[0].probe.path = "direct"'
a_farm_that_is_well
one_by_one
a_way_back_by_another_interface
two_hosts_with_one_address
a_server_behind_a_router
servers_that_are_down
a_veth_that_is_not_ready
if [[ $VIP_INTERFACE != eth0 ]]; then tags_taken_out; fi
interfaces_that_will_not_do
an_old_kernel
bad_files
another_program
generic_mode
in_another_network
install -m 644 "$(director_file config.json)" "$WORK/readable.json"
without_root
what_it_sends
e2e_end
