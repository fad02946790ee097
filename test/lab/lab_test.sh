#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests tools/lab and deploy/real-server/sipsteer-real-server. Prints TAP. Needs root.
# Exit code: 0 all passed, 1 something failed, 77 not root.
set -uo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB=$ROOT/tools/lab
REAL_SERVER=$ROOT/deploy/real-server/sipsteer-real-server
readonly ROOT LAB REAL_SERVER
readonly A=labtest-a B=labtest-b # the names of the labs
readonly VIP=198.51.100.100 VIP6=2001:db8:1::100
readonly DIRECTOR_MAC=02:00:00:00:02:01 SERVER1_MAC=02:00:00:00:03:01

usage() {
    printf 'Usage: test/lab/lab_test.sh\n\nTests the network lab (tools/lab). Run it as root.\n'
}

# ---- TAP -------------------------------------------------------------------------------------------

count=0
failures=0

# check DESCRIPTION COMMAND...: passes if the command succeeds.
check() {
    local description=$1 output
    shift
    count=$((count + 1))
    if output=$("$@" 2>&1); then
        printf 'ok %d - %s\n' "$count" "$description"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$count" "$description"
        printf '# ran: %s\n' "$*"
        [[ -z $output ]] || printf '%s\n' "$output" | tail -n 15 | sed 's/^/#   /'
    fi
}

skip() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

equal() { [[ $1 == "$2" ]] || { printf 'got "%s", expected "%s"\n' "$1" "$2"; return 1; }; }

# exits CODE COMMAND...
exits() {
    local expected=$1 code=0
    shift
    "$@" || code=$?
    equal "$code" "$expected"
}

fails() { ! "$@"; }

# says TEXT COMMAND...: the text is in what the command prints.
says() {
    local text=$1 output
    shift
    output=$("$@" 2>&1)
    [[ $output == *"$text"* ]] || { printf 'no "%s" in: %s\n' "$text" "$output"; return 1; }
}

# ---- Tools -----------------------------------------------------------------------------------------

on() { "$LAB" exec --name "$@"; } # on LAB HOST COMMAND...

# Sends a datagram to a closed port. Prints "refused" if the other side's ICMP came back, so the
# datagram was taken with a good checksum and the way back works too; "silence" if nothing came.
knock() {
    local lab=$1 host=$2 address=$3 output
    output=$(on "$lab" "$host" bash -c "exec 3<>/dev/udp/$address/5060 && echo knock >&3 && read -r -t 1 -u 3" 2>&1)
    if [[ $output == *refused* ]]; then printf 'refused\n'; else printf 'silence\n'; fi
}

# unclaimed LAB HOST 4|6: how many datagrams the host took but had no socket for.
unclaimed() {
    if [[ $3 == 6 ]]; then
        on "$1" "$2" sed -n 's/^Udp6NoPorts[[:space:]]*//p' /proc/net/snmp6
    else
        on "$1" "$2" sed -n 's/^Udp: [0-9]* \([0-9]*\) .*/\1/p' /proc/net/snmp
    fi
}

capture_pid=
# start_capture FILE LAB HOST INTERFACE FILTER...: text of frames with MACs; returns when tcpdump listens.
start_capture() {
    local file=$1 lab=$2 host=$3 interface=$4 tries
    shift 4
    rm -f "$file.err" # an earlier capture's would say that this one listens
    "$LAB" capture --name "$lab" --interface "$interface" "$host" -- "$@" >"$file" 2>"$file.err" &
    capture_pid=$!
    for ((tries = 0; tries < 50; tries++)); do
        ! grep -qs 'listening on' "$file.err" || return 0
        sleep 0.1
    done
    printf '# capture did not start: %s\n' "$(<"$file.err")"
}

stop_capture() {
    sleep 0.3
    kill -INT "$capture_pid" 2>/dev/null
    wait "$capture_pid" 2>/dev/null
    capture_pid=
}

forget_neighbours() { on "$1" "$2" ip neigh flush all; }

# What of a lab is still on the machine; prints nothing if all is gone.
remains() {
    ip netns list | grep -F "sipsteer-$1-"
    grep -F "/run/sipsteer-lab/$1" /proc/self/mounts
    ls -d "/run/sipsteer-lab/$1" 2>/dev/null
    return 0
}

gone() { equal "$(remains "$1")" ""; }

clean_up() {
    local name
    [[ -z $capture_pid ]] || kill "$capture_pid" 2>/dev/null
    for name in "$A" "$B"; do
        [[ -z $(remains "$name") ]] || "$LAB" down --name "$name" >/dev/null
    done
    rm -rf "$WORK"
}

# ---- Tests -----------------------------------------------------------------------------------------

test_usage() {
    check "--help explains" says "Usage: tools/lab" "$LAB" --help
    check "an unknown command is a usage error" exits 2 "$LAB" sideways
    check "too many servers are a usage error" exits 2 "$LAB" up --name "$A" --servers 33
    check "no servers are a usage error" exits 2 "$LAB" up --name "$A" --servers 0
    check "VLAN 4095 is a usage error" exits 2 "$LAB" up --name "$A" --vlan 4095
    check "a bad name is a usage error" exits 2 "$LAB" up --name ../etc
    check "an option of another command is a usage error" exits 2 "$LAB" down --servers 3
    check "down without a lab is no error" exits 0 "$LAB" down --name "$A"
    check "status without a lab is an error that says what to do" says "tools/lab up" "$LAB" status --name "$A"
    check "nothing was made by any of that" gone "$A"
}

test_idempotent() {
    local links_before
    links_before=$(ip -o link | awk '{ print $2 }')
    check "up" "$LAB" up --name "$A"
    check "up again finds it there" says "up already" "$LAB" up --name "$A"
    check "up again with the defaults written out as well" exits 0 "$LAB" up --name "$A" --servers 04 --nics 1
    check "up with other options is refused" exits 1 "$LAB" up --name "$A" --servers 5
    check "and names the way out" says "tools/lab down --name $A" "$LAB" up --name "$A" --ipv6
    check "a second lab, with the director's VIP" "$LAB" up --name "$B" --servers 2 --director-vip
    check "list names both" equal "$("$LAB" list | cut -f1 | grep -cx -e "$A" -e "$B")" 2
    check "no interface of either is in the root namespace" equal "$(ip -o link | awk '{ print $2 }')" "$links_before"
}

test_info() {
    local info=$WORK/info.json
    "$LAB" info --name "$A" >"$info"
    check "info: servers" equal "$(jq -r '.servers | length' "$info")" 4
    check "info: server1" equal "$(jq -rc '.servers[0] | [.name, .netns, .ipv4, .ipv6, .mac]' "$info")" \
        "[\"server1\",\"sipsteer-$A-server1\",\"198.51.100.11\",null,\"$SERVER1_MAC\"]"
    check "info: the MAC is the real one" equal "$(ip -n "sipsteer-$A-server1" -json link show eth0 | jq -r '.[0].address')" "$SERVER1_MAC"
    check "info: director" equal "$(jq -rc '.director | [.attach, .vip_interface]' "$info")" '[["eth0"],"eth0"]'
    check "info: bpffs is a bpffs" equal "$(stat -f -c %T "$(jq -r .bpffs "$info")")" bpf_fs
    check "status shows the servers" says 198.51.100.14 "$LAB" status --name "$A"
}

test_exec() {
    check "exec passes the exit code on" exits 42 on "$A" user1 bash -c 'exit 42'
    check "exec passes words on as they are" equal "$(on "$A" user1 printf '%s|' 'a b' --name '')" 'a b|--name||'
    check "exec on an unknown host is a usage error" exits 2 on "$A" user9 true
    check "exec sees the lab's bpffs" equal \
        "$(on "$A" director stat -f -c %T "/run/sipsteer-lab/$A/bpf")" bpf_fs
}

test_traffic() {
    check "user1 reaches server1" equal "$(knock "$A" user1 198.51.100.11)" refused
    check "user1 reaches user2" equal "$(knock "$A" user1 198.51.100.202)" refused
    check "server4 reaches user2" equal "$(knock "$A" server4 198.51.100.202)" refused
    check "the director reaches server3 without static neighbours" equal "$(knock "$A" director 198.51.100.13)" refused
    check "labs do not hear each other" equal "$(knock "$B" user1 198.51.100.14)" silence
}

# Lines of replies for the VIP in a capture of the switch: "MAC-of-sender".
vip_answers() { grep -E "Reply $VIP is-at|advertisement, tgt is $VIP6," "$1" | awk '{ print $2 }' | sort -u; }

# The question for the VIP went out, so that silence means silence.
vip_asked() { grep -cE "who-has $VIP tell|who has $VIP6," "$1"; }

# test_silence LAB VIP ANSWERER TITLE: who answers ARP or ND for the VIP ("" = nobody).
test_silence() {
    local lab=$1 vip=$2 file=$WORK/silence host
    start_capture "$file" "$lab" switch br1 arp or icmp6
    for host in user1 director; do
        # A director that has the VIP does not ask for it.
        [[ $host == user1 || -z $3 ]] || continue
        forget_neighbours "$lab" "$host"
        knock "$lab" "$host" "$vip" >/dev/null
    done
    stop_capture
    check "$4: somebody asked" fails equal "$(vip_asked "$file")" 0
    check "$4: answered by ${3:-nobody}" equal "$(vip_answers "$file")" "$3"
}

# test_no_announcement LAB VIP USER_ADDRESS TITLE: a server that sends from the VIP does not claim it.
test_no_announcement() {
    local lab=$1 vip=$2 user=$3 file=$WORK/announce interface
    interface=$("$LAB" info --name "$lab" | jq -r '.servers[0].interface')
    start_capture "$file" "$lab" user1 eth0
    forget_neighbours "$lab" server1
    on "$lab" server1 ip route replace "$user" dev "$interface" src "$vip"
    knock "$lab" server1 "$user" >/dev/null
    on "$lab" server1 ip route del "$user" dev "$interface"
    stop_capture
    check "$4: the datagram came from the VIP" grep -E "${vip}[.][0-9]+ > ${user}[.]5060" "$file"
    check "$4: the server asked for the user" grep -E "who-has $user tell|who has $user," "$file"
    check "$4: and did not name the VIP as its own" fails grep -E "$SERVER1_MAC > .*($(printf '%s|' \
        "who-has $user tell $vip," "$vip > [0-9a-f:]+: ICMP6, neighbor solicitation" "$vip is-at")tgt is $vip,)" "$file"
}

test_capture() {
    local file=$WORK/capture.pcap tries
    "$LAB" capture --name "$A" server2 "$file" -- udp port 5060 2>"$WORK/capture.err" &
    capture_pid=$!
    for ((tries = 0; tries < 50; tries++)); do
        ! grep -qs 'listening on' "$WORK/capture.err" || break
        sleep 0.1
    done
    check "status shows the capture" says "tcpdump($capture_pid)" "$LAB" status --name "$A"
    knock "$A" user2 198.51.100.12 >/dev/null
    stop_capture
    check "capture to a file" says "198.51.100.202" tcpdump -nr "$file"
    check "no bad UDP checksum is on the wire" fails says "bad udp cksum" tcpdump -vvnr "$file"
}

# test_down: two processes inside (one deaf to TERM), one outside.
test_down() {
    local soft hard outside
    "$LAB" exec --name "$A" server1 sleep 1000 &
    soft=$!
    "$LAB" exec --name "$A" server2 bash -c 'trap "" TERM; while :; do sleep 0.2; done' &
    hard=$!
    "$LAB" exec --name "$B" server1 sleep 1000 &
    outside=$!
    sleep 0.5
    check "status shows what runs" says "sleep($soft)" "$LAB" status --name "$A"
    check "down" "$LAB" down --name "$A"
    check "down ended the process inside" fails kill -0 "$soft"
    check "down ended the process deaf to TERM" fails kill -0 "$hard"
    check "down left the other lab's process" kill -0 "$outside"
    check "nothing is left" gone "$A"
    check "the other lab is still there" equal "$(knock "$B" user1 198.51.100.12)" refused
    check "down of the other" "$LAB" down --name "$B"
    wait "$soft" "$hard" "$outside" 2>/dev/null
    check "nothing is left of it either" gone "$B"
}

# ignores_interrupt PID: SIGINT is the second lowest bit of the mask of ignored signals.
ignores_interrupt() {
    local mask
    mask=$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$1/status")
    ((0x$mask & 2))
}

# interrupt SIGNAL PID: until it is gone. bash may lose an INT that comes as a child ends; people press again.
interrupt() {
    while kill "-$1" "$2" 2>/dev/null; do sleep 0.2; done
}

# up is hit by a signal: after it nothing is left. KILL cannot be caught: the next up tidies first.
test_signals() {
    local signal delay pid code
    for signal in TERM HUP INT; do
        for delay in 0.05 0.3 0.7; do
            # A shell without job control starts background jobs deaf to INT, until env has run.
            env --default-signal=INT "$LAB" up --name "$A" --servers 16 --clients 8 >/dev/null 2>&1 &
            pid=$!
            while ignores_interrupt "$pid"; do sleep 0.01; done
            sleep "$delay"
            interrupt "$signal" "$pid"
            code=0
            wait "$pid" || code=$?
            check "SIG$signal ${delay}s into up: an error" fails equal "$code" 0
            check "SIG$signal ${delay}s into up: nothing is left" gone "$A"
        done
    done
    "$LAB" up --name "$A" --servers 16 >/dev/null 2>&1 &
    pid=$!
    sleep 0.5
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    check "up after a killed up" "$LAB" up --name "$A" --servers 1 --clients 1
    check "and the lab works" equal "$(knock "$A" user1 198.51.100.11)" refused
    check "and goes" "$LAB" down --name "$A"
    check "with nothing left" gone "$A"
}

# A miniature director: sends datagrams for port 5060 of VIP to server1, on the NIC they came by or
# by a redirect; drops tagged frames of port 9. Written to see the lab as XDP sees it.
write_xdp_source() {
    cat <<'SOURCE'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int steer(struct xdp_md *ctx)
{
    unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    unsigned char server[6] = {2, 0, 0, 0, 3, 1}, own[6] = {2, 0, 0, 0, 2, OUT ? 2 : 1};
    unsigned ip = TAGGED ? 18 : 14, port = ip + (V6 ? 42 : 22);
    if (p + port + 2 > end)
        return XDP_PASS;
    if (TAGGED && (p[12] != 0x81 || p[13] != 0x00 || p[15] != 100))
        return XDP_PASS;
    if (p[ip - 2] != (V6 ? 0x86 : 0x08) || p[ip + (V6 ? 6 : 9)] != 17)
        return XDP_PASS;
    if (p[port] != 5060 >> 8 || p[port + 1] != (5060 & 255))
        return XDP_PASS;
    if (!V6 && p[ip + 19] != 100)
        return XDP_PASS;
    __builtin_memcpy(p, server, 6);
    __builtin_memcpy(p + 6, own, 6);
    return OUT ? bpf_redirect(OUT, 0) : XDP_TX;
}

char _license[] SEC("license") = "GPL";
SOURCE
}

# test_steer LAB VIP TAGGED(0|1) V6(0|1) TITLE: through native XDP to server1 and back past the director.
test_steer() {
    local lab=$1 vip=$2 title=$5 out=0 family=4 before after director_before
    if ! command -v clang >/dev/null; then
        skip "$title" "no clang"
        return
    fi
    (($4 == 0)) || family=6
    [[ $("$LAB" info --name "$lab" | jq .nics) == 1 ]] || out=$(ip -n "sipsteer-$lab-director" -json link show eth1 | jq '.[0].ifindex')
    write_xdp_source >"$WORK/steer.c"
    clang -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -DTAGGED="$3" -DV6="$4" -DOUT="$out" \
        -c "$WORK/steer.c" -o "$WORK/steer.o"
    check "$title: attach native XDP" on "$lab" director ip link set eth0 xdpdrv obj "$WORK/steer.o" sec xdp
    before=$(unclaimed "$lab" server1 "$family")
    director_before=$(unclaimed "$lab" director "$family")
    check "$title: user1 hears from the VIP" equal "$(knock "$lab" user1 "$vip")" refused
    check "$title: user2 too" equal "$(knock "$lab" user2 "$vip")" refused
    after=$(unclaimed "$lab" server1 "$family")
    check "$title: both datagrams were taken by server1" equal "$((after - before))" 2
    check "$title: none by the director" equal "$(unclaimed "$lab" director "$family")" "$director_before"
    on "$lab" director ip link set eth0 xdpdrv off
}

test_ipv6() {
    check "up --ipv6" "$LAB" up --name "$A" --ipv6 --servers 2
    check "IPv6: user1 reaches server2" equal "$(knock "$A" user1 2001:db8:1::12)" refused
    check "IPv6: and by IPv4" equal "$(knock "$A" user1 198.51.100.12)" refused
    test_silence "$A" "$VIP6" "" "ND without the director's VIP"
    test_no_announcement "$A" "$VIP6" 2001:db8:1::201 "ND from a server"
    "$LAB" down --name "$A" >/dev/null
    check "up --ipv6 --director-vip" "$LAB" up --name "$A" --ipv6 --servers 2 --director-vip
    test_silence "$A" "$VIP6" "$DIRECTOR_MAC" "ND with the director's VIP"
    test_steer "$A" "$VIP6" 0 1 "IPv6 steered"
    "$LAB" down --name "$A" >/dev/null
    check "nothing is left of the IPv6 lab" gone "$A"
}

test_vlan() {
    local file=$WORK/vlan
    check "up --vlan 100" "$LAB" up --name "$A" --vlan 100 --ipv6 --servers 2 --director-vip
    check "info names VLAN and interface" equal \
        "$("$LAB" info --name "$A" | jq -rc '[.vlan, .director.vip_interface, .director.attach[0]]')" '[100,"eth0.100","eth0"]'
    start_capture "$file" "$A" director eth0
    check "VLAN: user1 reaches the director" equal "$(knock "$A" user1 198.51.100.10)" refused
    check "VLAN: user1 reaches server2" equal "$(knock "$A" user1 198.51.100.12)" refused
    check "VLAN: and by IPv6" equal "$(knock "$A" user1 2001:db8:1::12)" refused
    stop_capture
    check "VLAN: frames to the director are tagged" grep -E '802.1Q.*vlan 100,.*198.51.100.201.[0-9]+ > 198.51.100.10.5060: ' "$file"
    check "VLAN: frames from the director are tagged" grep -E '802.1Q.*vlan 100,.*198.51.100.10 > 198.51.100.201: ICMP' "$file"
    check "VLAN: no frame is untagged" equal "$(grep -v 'vlan 100,' "$file")" ""
    test_silence "$A" "$VIP" "$DIRECTOR_MAC" "ARP in a VLAN"
    test_silence "$A" "$VIP6" "$DIRECTOR_MAC" "ND in a VLAN"
    test_no_announcement "$A" "$VIP" 198.51.100.201 "ARP from a server in a VLAN"
    test_steer "$A" "$VIP" 1 0 "tagged and steered"
    "$LAB" down --name "$A" >/dev/null
    check "nothing is left of the tagged lab" gone "$A"
}

test_two_nics() {
    local file=$WORK/router
    check "up --nics 2" "$LAB" up --name "$A" --nics 2 --ipv6 --servers 2 --director-vip
    check "info: attach both" equal "$("$LAB" info --name "$A" | jq -rc '[.director.attach, .servers[0].ipv4]')" \
        '[["eth0","eth1"],"203.0.113.11"]'
    check "2 NICs: user1 reaches server2's own address" equal "$(knock "$A" user1 203.0.113.12)" refused
    check "2 NICs: and by IPv6" equal "$(knock "$A" user1 2001:db8:2::12)" refused
    check "2 NICs: the director reaches server1" equal "$(knock "$A" director 203.0.113.11)" refused
    start_capture "$file" "$A" router eth1 icmp
    test_steer "$A" "$VIP" 0 0 "redirected to the second NIC"
    stop_capture
    check "2 NICs: the answers went through the router, from the VIP" grep -E "$VIP > 198.51.100.201: ICMP" "$file"
    test_steer "$A" "$VIP6" 0 1 "IPv6 redirected to the second NIC"
    "$LAB" down --name "$A" >/dev/null
    check "nothing is left of the lab with two NICs" gone "$A"
}

test_real_server() {
    local at=(on "$A" server1)
    check "real-server: check finds all well" "${at[@]}" "$REAL_SERVER" check "$VIP"
    check "real-server: add again changes nothing" "${at[@]}" "$REAL_SERVER" add "$VIP"
    check "real-server: one address" equal "$("${at[@]}" ip -o addr show to "$VIP" | wc -l)" 1
    check "real-server: refuses an interface that speaks ARP" exits 1 "${at[@]}" "$REAL_SERVER" add 198.51.100.99 --interface eth0
    check "real-server: no address is a usage error" exits 2 "$REAL_SERVER" add 10.0.0.300
    check "real-server: half an address is a usage error" exits 2 "$REAL_SERVER" check 10.1
    "${at[@]}" bash -c 'echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore'
    check "real-server: check sees ARP answers" exits 1 "${at[@]}" "$REAL_SERVER" check "$VIP"
    "${at[@]}" bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 0 >/proc/sys/net/ipv4/conf/all/arp_announce'
    check "real-server: check sees ARP announcements" exits 1 "${at[@]}" "$REAL_SERVER" check "$VIP"
    check "real-server: add repairs it" "${at[@]}" "$REAL_SERVER" add "$VIP"
    "${at[@]}" bash -c 'cd /proc/sys/net/ipv4; echo 131072 >ipfrag_low_thresh; echo 262144 >ipfrag_high_thresh'
    check "real-server: check sees little memory for fragments" exits 1 "${at[@]}" "$REAL_SERVER" check "$VIP"
    "${at[@]}" bash -c 'cd /proc/sys/net/ipv4; echo 4194304 >ipfrag_high_thresh; echo 3145728 >ipfrag_low_thresh'
    check "real-server: check finds enough of it" "${at[@]}" "$REAL_SERVER" check "$VIP"
    "${at[@]}" ip addr add "$VIP/32" dev eth0
    check "real-server: check sees the VIP on eth0" exits 1 "${at[@]}" "$REAL_SERVER" check "$VIP"
    "${at[@]}" ip addr del "$VIP/32" dev eth0
    check "real-server: remove" "${at[@]}" "$REAL_SERVER" remove "$VIP"
    check "real-server: remove again" "${at[@]}" "$REAL_SERVER" remove "$VIP" --reset-arp
    check "real-server: the address is gone" equal "$("${at[@]}" ip -o addr show to "$VIP")" ""
    check "real-server: ARP is as it was" equal "$("${at[@]}" cat /proc/sys/net/ipv4/conf/all/arp_{ignore,announce})" $'0\n0'
    check "real-server: check misses it" exits 1 "${at[@]}" "$REAL_SERVER" check "$VIP"
    "${at[@]}" "$REAL_SERVER" add "$VIP" >/dev/null
}

main() {
    [[ ${1:-} != --help ]] || { usage; exit 0; }
    (($# == 0)) || { usage >&2; exit 2; }
    ((EUID == 0)) || { printf '1..0 # SKIP needs root\n'; exit 77; }
    WORK=$(mktemp -d)
    readonly WORK
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    test_usage
    test_idempotent
    test_info
    test_exec
    test_traffic
    test_silence "$A" "$VIP" "" "ARP without the director's VIP"
    test_silence "$B" "$VIP" "$DIRECTOR_MAC" "ARP with the director's VIP"
    test_no_announcement "$A" "$VIP" 198.51.100.201 "ARP from a server"
    test_steer "$B" "$VIP" 0 0 "steered"
    test_capture
    test_real_server
    test_down
    test_signals
    test_ipv6
    test_vlan
    test_two_nics
    printf '1..%d\n' "$count"
    ((failures == 0)) || { printf '# %d of %d failed\n' "$failures" "$count"; exit 1; }
}

main "$@"
