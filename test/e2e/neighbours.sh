#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The servers' MAC addresses while calls run: a card replaced without a word; a server whose address is
# behind a router, refused until the next hop is stated; what the log says at a first start.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly NEW_MAC=02:00:00:00:77:77

# The far address is on the server's own loopback: the server is the router to it.
far_address() { if ((FAMILY == 6)); then echo 2001:db8:77::1; else echo 203.0.113.77; fi; }

mac_of_server1() { director_get /v1/status | jq -r '.pools[].servers[] | select(.name == "server1") | .next_hop.mac'; }

has_new_mac() { [[ $(mac_of_server1) == "$NEW_MAC" ]]; }

a_first_start() {
    check_equal "the log does not complain before the first answers" 0 "$(log_lines next_hop_unresolved)"
    check_equal "all servers' MACs are resolved" 4 "$(log_lines next_hop_resolved)"
}

a_card_replaced_in_silence() {
    local changed
    on_host server1 sysctl -q net.ipv4.conf.all.arp_notify=0 net.ipv6.conf.all.ndisc_notify=0
    LATER_MAC[server1]=$NEW_MAC
    begin_traffic 60
    await_established 300
    changed=$(now)
    on_host server1 ip link set dev eth0 address "$NEW_MAC"
    check "the new MAC is known" wait_until 15 has_new_mac
    comment "after $(seconds_between "$changed" "$(now)") s; 1 s at most on an idle machine"
    more_calls 100
    end_traffic
    check "frames go to it" test "$(tshark -n -r "$CALLS_DIR/server1.pcap" -Y "eth.dst == $NEW_MAC" \
        2>"$WORK/tshark.log" | wc -l)" -gt 20
    check_json "calls meanwhile: none failed, split or missing" \
        '.failed == 0 and .split_calls == 0 and .missing_calls == 0' "$TRAFFIC_RESULT"
}

# Unprobed: the server does not listen there.
a_server_behind_a_router() {
    local far near move
    far=$(far_address)
    near=$(host_address server2 "$FAMILY")
    move='(.pools[0].servers[] | select(.name == "server2")) |= (.address = "'"$far"'"'
    on_host server2 ip address add "$far" dev lo
    on_host director ip route add "$far" via "$near"
    check "a server with an address behind a router" \
        reload_director '.pools[0].probe.type = "none" | '"$move)" config_in_force
    check "gets nothing, and the status says why" server_is server2 '.forwards == false
        and (.next_hop.problem | startswith("behind router '"$near"'; the server"))'
    check "so does the log" grep -q "event=next_hop_unresolved address=$far problem=\"behind router" \
        "$(director_file log)"
    check "the next hop is stated" reload_director "$move"' | .next_hop = "'"$near"'")' config_in_force
    check "it gets its share" wait_until 60 server_is server2 '.takes_new and .next_hop.resolved'
    begin_traffic 100 400
    await_established 400
    end_traffic
    check_undisturbed "400 calls"
    check "calls go there" test "$(jq .servers.server2 <<<"$TRAFFIC_RESULT")" -gt 40
}

e2e_begin neighbours "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"
a_first_start
a_card_replaced_in_silence
a_server_behind_a_router
end_director TERM
e2e_end
