#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Servers behind a router (forward "dscp"): the director has no interface on their segment. SIPp's calls, and
# large messages in fragments, are answered from the VIP.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly CODE=10
readonly REAL_SERVER=$PROJECT_DIR/deploy/real-server/sipsteer-real-server

# The director's second interface goes: its servers are behind the lab's router.
only_by_router() {
    local router network
    router=$(router_address eth0) network=$(router_network eth1)
    on_host director ip link set eth1 down
    ROUTE=("$network" via "$router")
    if ((FAMILY == 4)); then on_host director ip route replace "${ROUTE[@]}"; else on_host director ip -6 route replace "${ROUTE[@]}"; fi
    comment "servers in $network, behind $router"
}

on_router() { nsenter --net="/run/netns/$(jq -r .router.netns <<<"$LAB_INFO")" -- "$@"; }

router_entry() { # INTERFACE FIELD
    on_router ip -j address show dev "$1" | jq -r --arg family "inet$([[ $FAMILY == 4 ]] || echo 6)" '
        first(.[].addr_info[] | select(.family == $family and .scope == "global")) | '"$2"
}

router_address() { router_entry "$1" .local; }

router_network() {
    python3 -c 'import ipaddress, sys; print(ipaddress.ip_interface(sys.argv[1]).network)' \
        "$(router_entry "$1" '"\(.local)/\(.prefixlen)"')"
}

real_server() { # SERVER WORD...
    local server=$1
    shift
    on_host "$server" "$REAL_SERVER" "$@" >>"$WORK/real-server.log" 2>&1
}

for_each_server() { # COMMAND...
    local server
    for server in "${SERVERS[@]}"; do
        real_server "$server" "$@" || return 1
    done
}

misses_rule() { ! real_server "${SERVERS[0]}" check "$VIP" --dscp "$1"; } # CODE

# ask LENGTH...: OPTIONS of these lengths from user1, one call each, as the kernel cuts them; prints how many were
# answered from the VIP.
ask() {
    on_host user1 python3 -B "$E2E_DIR/dscp_ask.py" "$VIP" "$(host_address user1 "$FAMILY")" "$@"
}

check_answered() { # DESCRIPTION LENGTH...
    local description=$1
    shift
    check_equal "$description" "$#" "$(ask "$@")"
}

# Call-IDs of the calls that a server saw, one a line.
calls_at() { # SERVER
    tshark -r "$WORK/$1.pcap" -d udp.port==5060,sip -Y 'sip.CSeq.method != "OPTIONS"' -T fields -e sip.Call-ID \
        2>/dev/null | sort -u
}

calls_at_servers() {
    local server
    for server in "${SERVERS[@]}"; do calls_at "$server"; done | sort
}

sum_errors() { # of all servers
    local server total=0
    for server in "${SERVERS[@]}"; do
        total=$((total + $(on_host "$server" awk '/^Udp6?InCsumErrors/ { n += $2 } /^Udp:/ && !seen++ { for (i = 1; i <= NF; i++) if ($i == "InCsumErrors") at = i; next }
            /^Udp:/ { n += $at } END { print n + 0 }' /proc/net/snmp /proc/net/snmp6)))
    done
    printf '%d\n' "$total"
}

e2e_begin dscp --nics 2 "$@"
command -v nft >/dev/null || { echo "skipped: nft is missing"; exit 77; }
start_proxies record-route
only_by_router
check "the servers get their rule" for_each_server add "$VIP" --dscp $CODE
check "once more does no harm" for_each_server add "$VIP" --dscp $CODE
check "the rule is found" real_server "${SERVERS[0]}" check "$VIP" --dscp $CODE
check "another code is not" misses_rule $((CODE + 1))
start_director "$PATIENT_PROBES"' | .interfaces |= .[:1] | .pools[0].forward = "dscp" | .services[0].dscp = '$CODE
check "the next hop of each server is the router" status_is \
    '[.pools[0].servers[].next_hop] | all(.router == "'"$(router_address eth0)"'")'

begin_server_captures "src host $(host_address user1 "$FAMILY") and udp dst port 5060"
result=$(traffic_result --mode record-route --calls 200 --rate 100)
comment "$result"
check_json "200 calls: none failed" '.calls == 200 and .failed == 0' "$result"
end_server_captures
check_equal "each call is at one server" "200 calls, 0 at another one" \
    "$(calls_at_servers | uniq | wc -l) calls, $(calls_at_servers | uniq -d | wc -l) at another one"
check_answered "messages of many lengths, whole and in fragments" 600 601 1200 1201 1471 1472 1473 2000 2001 4000 4001 8000 8001
check_equal "no server saw a wrong checksum" 0 "$(sum_errors)"
check_json "each server had calls" '.pools[0].servers | map(.new_calls) | all(. > 0)' "$(director_get /v1/status)"

# Then they answer from their own address, as the datagrams are for that.
check "add without a code removes the rule" for_each_server add "$VIP"
check "it is gone" misses_rule $CODE
check_equal "no message is answered from the VIP then" 0 "$(ask 600 601)"
e2e_end
