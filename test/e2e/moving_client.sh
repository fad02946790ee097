#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls whose client changes its address and port on the way: INVITE from one, re-INVITE from a second,
# BYE from a third. Each stays at its server, for the server is chosen by Call-ID alone.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

readonly CALLS=40

# A second address for user1, in its own network; none of the lab's hosts has it.
second_address() {
    if ((FAMILY == 6)); then echo 2001:db8:1::2fa; else echo 198.51.100.250; fi
}

add_second_address() {
    if ((FAMILY == 6)); then
        on_host user1 ip addr add "$1/64" dev "$(host_get user1 interface)" nodad
    else
        on_host user1 ip addr add "$1/24" dev "$(host_get user1 interface)"
    fi
}

# Prints "Call-ID server source-address source-port method" for each message that reached
# a server through the VIP.
list_messages() {
    local server
    for server in "${SERVERS[@]}"; do
        tshark -n -r "$WORK/$server.pcap" -d udp.port==5060,sip -Y 'sip.Method && sip.Method != "OPTIONS"' \
            -T fields -E separator=' ' -e sip.Call-ID -e "$(ip_field src)" -e udp.srcport -e sip.Method \
            2>"$WORK/tshark.log" | awk -v server="$server" '{ print $1, server, $2, $3, $4 }'
    done
}

place_moving_calls() {
    local server captures=() i code=0 here there
    here=$(host_address user1 "$FAMILY")
    there=$(second_address)
    add_second_address "$there"
    for server in "${SERVERS[@]}"; do
        start_capture "$server" "$(host_get "$server" interface)" "$WORK/$server.pcap" \
            "dst host $VIP and udp dst port 5060"
        captures+=("$LAST_PID")
    done
    start_phone user2 "$FAMILY" 5060 "$WORK/user2" "$E2E_DIR/user2_moving.xml"
    wait_until 60 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$WORK/user2/out")"
    on_host user1 python3 "$E2E_DIR/moving_phone.py" --calls "$CALLS" "$VIP" "$here:5060" "$there:5070" \
        "$here:5080" >"$WORK/moving_phone" || code=$?
    sed 's/^/#   /' "$WORK/moving_phone"
    check_equal "the $CALLS calls succeed" 0 "$code"
    for i in "${!SERVERS[@]}"; do
        stop_capture "${captures[i]}" "$WORK/${SERVERS[i]}.pcap"
        check_equal "the capture on ${SERVERS[i]} is complete" 0 "$CAPTURE_DROPPED"
    done
}

e2e_begin moving "$@"
start_proxies record-route
start_director .
place_moving_calls
messages=$(list_messages)
check_equal "each message of each call reaches a server" \
    "$((CALLS * 2)) ACK $CALLS BYE $((CALLS * 2)) INVITE" \
    "$(awk '{ print $5 }' <<<"$messages" | sort | uniq -c | xargs)"
check_equal "each call comes from three sources, of two addresses" "$CALLS calls: 3 sources, 2 addresses" \
    "$(awk '!seen[$1, $3, $4]++ { sources[$1]++ } !had[$1, $3]++ { addresses[$1]++ }
        END { for (call in sources) print sources[call] " sources, " addresses[call] " addresses" }' <<<"$messages" |
        sort | uniq -c | sed -E 's/^ *([0-9]+) /\1 calls: /')"
check_equal "each call stays at one server" "$CALLS calls at 1 server(s)" \
    "$(awk '!seen[$1, $2]++ { servers[$1]++ } END { for (call in servers) print "at " servers[call] " server(s)" }' \
        <<<"$messages" | sort | uniq -c | sed -E 's/^ *([0-9]+) /\1 calls /')"
check "the calls are at more than one server" test "$(awk '{ print $2 }' <<<"$messages" | sort -u | wc -l)" -gt 1
e2e_end
