#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Servers that fail under traffic: a proxy that dies and comes back, a link that goes down, a MAC address
# that changes.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

# Calls whose first message was sent in that time, and came to SERVER.
calls_begun_at() { # SERVER FROM TO
    awk -v server="$1" -v from="$2" -v to="$3" '
        !seen[$2]++ && $3 == server && $1 > from && $1 < to { n++ } END { print n + 0 }' "$WORK/messages"
}

others_take_calls() { # SERVER
    status_is "[.pools[].servers[] | select(.name != \"$1\")] | all(.takes_new)"
}

# moved_from SERVER|others: calls that began there and were seen at another server later.
moved_from() {
    first_servers | awk -v server="$1" '$1 == server || (server == "others" && $1 != "server2") { n += $3 }
        END { print n + 0 }'
}

# A proxy dies while calls run, and comes back. Probes: every 0.5 s (or 10 % more), three failures: down
# after 1.7 s at most, for the system is quick to say that nobody listens.
proxy_dies_and_returns() {
    local died down begun up failed
    begin_traffic 60
    await_established 300
    T0=$(now) died=$T0
    kill_proxy server2
    check_within "a dead proxy is down" 1.7 server_is server2 '.health == "down" and (.takes_new | not)'
    check_json "the events say so, with the reason the log has" \
        'any(.events[]; .pool == "proxies" and .server == "server2" and (.reason | length > 0) and .level == "warning")' \
        "$(director_get '/v1/events?type=server_down')"
    down=$(now)
    check "the others stay up" others_take_calls server2
    more_calls 150
    hang_up 300
    T0=$(now) begun=$T0
    restart_proxy server2
    check_within "the proxy, started again, is up" 4 server_is server2 '.health == "up" and .takes_new'
    up=$(now)
    more_calls 250
    end_traffic
    failed=$(jq .failed <<<"$TRAFFIC_RESULT")

    check "the server had calls when it died" test "$(calls_begun_at server2 0 "$died")" -gt 50
    check_equal "while it is down it is sent no new calls" 0 "$(calls_begun_at server2 "$down" "$begun")"
    check "its running calls go to others at their next message" test "$(moved_from server2)" -gt 50
    check_json "and are counted as such" 'any(.reasons[]; .reason == "call_rehomed" and .packets > 50)' \
        "$(director_get /v1/status)"
    check_equal "they go to all of the others" 3 "$(awk '!($2 in first) { first[$2] = $3 }
        first[$2] == "server2" && $3 != "server2" { others[$3] } END { print length(others) }' "$WORK/messages")"
    check_equal "no call of another server moves, neither when it goes nor when it returns" 0 "$(moved_from others)"
    check "back, it gets new calls" test "$(calls_begun_at server2 "$up" 9999999999)" -gt 50
    check "none but its calls fail ($failed of $(jq .calls <<<"$TRAFFIC_RESULT"))" \
        test "$failed" -le "$(calls_begun_at server2 0 "$down")"
}

# The cable of a server is pulled out, at the switch.
link_goes_down() {
    T0=$(now)
    set_link server3 down
    check_within "a server without a link takes no calls" 4 server_is server3 '.takes_new | not'
    check "the others stay up" others_take_calls server3
    begin_traffic 100 300
    await_established 300
    end_traffic
    check_undisturbed "300 calls without it"
    check_equal "it had none of them" 0 "$(jq .servers.server3 <<<"$TRAFFIC_RESULT")"
    T0=$(now)
    set_link server3 up
    check_within "with its link it is back" 6 server_is server3 '.takes_new'
}

# A server gets another network card. Says so to the others, as systems do when their link comes up
# (arp_notify).
mac_changes() {
    local interface mac=02:00:00:00:99:04
    interface=$(host_get server4 interface)
    on_host server4 sysctl -qw "net.ipv4.conf.$interface.arp_notify=1" "net.ipv6.conf.$interface.ndisc_notify=1"
    LATER_MAC[server4]=$mac
    begin_traffic 60
    await_established 200
    T0=$(now)
    on_host server4 ip link set "$interface" address "$mac"
    check_within "a server's new MAC address is known" 2 server_is server4 ".next_hop.mac == \"$mac\""
    check "it stays up" server_is server4 '.takes_new'
    more_calls 200
    end_traffic
    check_json "calls meanwhile: none failed, none was split" '.failed == 0 and .split_calls == 0' \
        "$TRAFFIC_RESULT"
    check "frames go to the new address" test "$(tshark -n -r "$CALLS_DIR/server4.pcap" \
        -Y "eth.dst == $mac" 2>"$WORK/tshark.log" | wc -l)" -gt 100
}

e2e_begin failure "$@"
start_proxies record-route
start_director .
proxy_dies_and_returns
link_goes_down
mac_changes
e2e_end
