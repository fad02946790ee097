#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The smallest farm: two boxes. Each is a director and a server of the other one's farm. The VIP moves from
# one to the other; calls are placed on both. The configuration is deploy/examples/two-boxes.json.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly A=director B=server1
readonly SINGLE=30 # datagrams of calls of their own

# The example with the lab's addresses. MAC: of the other box.
box_config() { # MAC
    jq -c --arg a "$(host_address $A 4)" --arg b "$(host_address $B 4)" --arg vip "$VIP" --arg mac "$1" '
        .directors[0].mac = $mac | .services[0].address = $vip |
        .pools[0].servers[0].address = $a | .pools[0].servers[1].address = $b' \
        "$PROJECT_DIR/deploy/examples/two-boxes.json"
}

# On both boxes, as sipsteer-real-server does it: the reserve needs the VIP, and is silent about it.
prepare_box() { # HOST
    on_host "$1" env SIPSTEER_REAL_SERVER=1 "$PROJECT_DIR/deploy/real-server/sipsteer-real-server" add "$VIP" >/dev/null
}

start_a() {
    start_director "$(jq -r '"(\(.directors) as $d | \(.pools[0].servers) as $s |
        .directors = $d | .pools[0].servers = $s | del(.services[].vip_interface) | '"${PATIENT_PROBES}"')"' <<<"$(box_config "$B_MAC")")"
}

# With a secret of its own: it chooses other servers than A, so a datagram that it steered again would go
# round and round.
start_b() {
    local dir=$WORK/second
    mkdir -p "$dir/state"
    jq --argjson box "$(box_config "$A_MAC")" --arg dir "$dir" '
        .directors = $box.directors | .state_dir = $dir + "/state" | .pin_dir += "-second" |
        .api = {socket: ($dir + "/api.sock")}' "$(director_file config.json)" >"$dir/config.json"
    on_host switch ip link set "$B-eth0" xdpdrv object "$(dirname "$RUN_DIR")/pass.o" section xdp.frags
    start_on $B "$dir/log" "$SIPSTEERD" --config "$dir/config.json"
    wait_until 60 b_is '[.pools[].servers[]] | length == 2 and all(.takes_new)' ||
        die "the second director does not start: $(tail -n 3 "$dir/log")"
}

b_get() { curl --silent --fail --max-time 30 --unix-socket "$WORK/second/api.sock" "http://localhost$1"; }

b_is() { b_get /v1/status | jq -e "$1" >/dev/null; } # JQ-CONDITION

own_frames() { # GET: of A (director_get) or B (b_get)
    "$1" /v1/status | jq '[.reasons[] | select(.reason == "own_frame" and .verdict == "pass") | .packets] | add // 0'
}

# Gives the VIP to a box, as a VRRP daemon does.
give_vip() { # HOST OTHER
    on_host "$2" ip address del "$VIP/32" dev eth0 2>/dev/null || true
    on_host "$1" ip address add "$VIP/32" dev eth0
    on_host user1 ip neighbour flush to "$VIP" || true
    on_host user2 ip neighbour flush to "$VIP" || true
}

# Messages of a call that only some of went to the box that is not active: the rest were taken by the
# active one itself.
split_calls() {
    awk 'NR == FNR { asked[$2]++; next } { seen[$2]++ }
        END { for (call in asked) split_ones += seen[call] > 0 && seen[call] < asked[call]; print split_ones + 0 }' \
        "$CALLS_DIR/asked" "$CALLS_DIR/seen"
}

calls_at_other() { awk '{ print $2 }' "$CALLS_DIR/seen" | sort -u | wc -l; }

# calls_on_both DESCRIPTION ACTIVE OTHER
calls_on_both() {
    local all away
    SERVERS=("$3")
    begin_calls 40 200
    wait_until 120 calls_placed 200 || die "the calls are not placed"
    end_calls
    all=$(user1_stat "OutgoingCall(C)") away=$(calls_at_other)
    comment "$1: $all calls, $away of them at the other box"
    check_equal "$1: no call failed" 0 "$(calls_failed)"
    check_equal "$1: no message at a wrong server" 0 "$(split_calls)"
    check "$1: both boxes have calls" test "$away" -gt $((all / 5)) -a "$away" -lt $((all * 4 / 5))
}

# Frames to the VIP at both boxes' ports of the switch, for one datagram of each of many calls.
frames_of_datagrams() { # ACTIVE
    local n before
    start_capture switch "$1-eth0" "$WORK/port.pcap" "ip dst host $VIP and udp dst port 5060"
    before=$LAST_PID
    for ((n = 0; n < SINGLE; n++)); do
        send_request OPTIONS "single-$1-$n" "$VIP" 5060
    done
    stop_capture "$before" "$WORK/port.pcap"
    tcpdump -n -r "$WORK/port.pcap" 2>>"$WORK/tcpdump.log" | wc -l
}

check_frames() { # ACTIVE
    local frames
    frames=$(frames_of_datagrams "$1")
    check "$1 is active: a datagram is one frame, or two if the other box takes it ($frames for $SINGLE)" \
        test "$frames" -gt "$SINGLE" -a "$frames" -lt $((2 * SINGLE))
}

# The configuration that README shows.
readme_config() { sed -n '/^## The smallest farm/,/^## Next/p' "$PROJECT_DIR/README.md" | sed -n '/^```json/,/^```$/p' | sed '1d;$d'; }

e2e_begin two-boxes "$@"
check_equal "README shows the configuration that is run here" \
    "$(jq -S . "$PROJECT_DIR/deploy/examples/two-boxes.json")" "$(readme_config | jq -S .)"
# A once more, as one of the servers that calls are captured at.
LAB_INFO=$(jq '.servers += [.director + {name: "box-a", interface: "eth0"}]' <<<"$LAB_INFO")
A_MAC=$(host_get $A mac) B_MAC=$(host_get $B mac)
prepare_box $A
prepare_box $B
give_vip $A $B
DEMO_PROXIES="$A $B" start_proxies record-route
start_a
check "A's server is this host, B's a neighbour" status_is '
    [.pools[0].servers[].next_hop | .local == true] == [true, false]'
start_b
calls_on_both "A has the VIP" $A $B
check_json "A counts its own calls as those of a server" \
    '.pools[0].servers | map(.new_calls) | all(. > 0)' "$(director_get /v1/status)"
check_frames $A
check "B leaves to its kernel what A sent" test "$(own_frames b_get)" -gt 0
check_equal "B steered none of it" 0 "$(b_get /v1/status | jq '[.pools[0].servers[].packets] | add')"

doctor() { on_host $A "${SIPSTEERD%/*}/sipsteer" doctor --api "$(director_file api.sock)" --only two-boxes -o json || true; }
check_json "doctor finds the two boxes well" '.verdict == "ok"' "$(doctor)"
check "A forgets B" reload_director '.directors = []' config_in_force
check_json "doctor says so" '.verdict == "warn" and (tostring | contains("box-b"))' "$(doctor)"
check "A knows B again" reload_director ".directors = [{name: \"box-b\", mac: \"$B_MAC\"}]" config_in_force

give_vip $B $A
before=$(own_frames director_get)
calls_on_both "B has the VIP" $B box-a
check_frames $B
check "A leaves to its kernel what B sent" test "$(own_frames director_get)" -gt "$before"
e2e_end
