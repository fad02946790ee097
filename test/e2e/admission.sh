#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Which frames the director takes: those to its own MAC, and to a VRRP MAC while it has the VIP; none that
# the switch floods, none of another VLAN, none of a director's. Two directors on a segment with a dead port
# send a datagram on once, not round and round.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_keepers.sh
. "$E2E_DIR/lib_keepers.sh"

readonly COUNT=20 # frames of each kind
readonly NOBODY=02:00:00:00:99:99 VRRP_MAC=00:00:5e:00:01:01

PLACE=(user1 eth0) # where frames are sent

# send OPTION...: to the director from user1, but for what the options say.
send() {
    on_host "${PLACE[0]}" python3 -B "$E2E_DIR/admission_send.py" "${PLACE[1]}" "$VIP" \
        --to-mac "$DIRECTOR_MAC" --from-mac "$(host_get user1 mac)" --source "$(host_address user1 4)" "$@"
}

# Frames for a server that one of the directors sent, by the captures on the switch's side of their links. Of IP alone:
# a director announces the VIP by ARP now and then.
begin_wire() {
    start_capture switch director-eth0 "$WORK/director.pcap" \
        "ip dst host $VIP and ether src $DIRECTOR_MAC and not ether dst $DIRECTOR_MAC"
    WIRE=("$LAST_PID")
    start_capture switch user2-eth0 "$WORK/user2.pcap" "ip dst host $VIP and ether src $SECOND_MAC"
    WIRE+=("$LAST_PID")
}

end_wire() { # sets SENT and SENT_BY_SECOND
    stop_capture "${WIRE[0]}" "$WORK/director.pcap"
    stop_capture "${WIRE[1]}" "$WORK/user2.pcap"
    SENT=$(frames_in "$WORK/director.pcap")
    SENT_BY_SECOND=$(frames_in "$WORK/user2.pcap")
}

frames_in() { tcpdump -n -r "$1" 2>>"$WORK/tcpdump.log" | wc -l; }

packets_of() { # REASON
    director_get /v1/status | jq --arg reason "$1" '[.reasons[] | select(.reason == $reason) | .packets] | add // 0'
}

# check_turned_away WHAT REASON OPTION...
check_turned_away() {
    local what=$1 reason=$2 before
    shift 2
    before=$(packets_of "$reason")
    begin_wire
    send --count "$COUNT" "$@"
    end_wire
    check_equal "$what: not sent on" 0 "$SENT"
    check_equal "$what: counted as $reason" "$COUNT" "$(($(packets_of "$reason") - before))"
}

# check_taken WHAT BY-DIRECTOR BY-SECOND OPTION...: each of the frames, once.
check_taken() {
    local what=$1 first=$2 second=$3
    shift 3
    begin_wire
    send --count "$COUNT" "$@"
    end_wire
    check_equal "$what: sent on by the director and by the second one" "$first $second" "$SENT $SENT_BY_SECOND"
}

one_director() {
    check_taken "to the director's MAC" "$COUNT" 0
    check_turned_away "to a MAC that nobody has" other_host --to-mac "$NOBODY"
    check_turned_away "broadcast" other_host --to-mac ff:ff:ff:ff:ff:ff
    check_turned_away "multicast" other_host --to-mac 01:00:5e:00:00:01
    check_turned_away "in a VLAN that the director is not in" other_vlan --vlan 99
    check_turned_away "from loopback" martian --source 127.0.0.1
    check_turned_away "from the VIP" martian --source "$VIP"
    # At the director's port: elsewhere the switch would learn that the director is there.
    PLACE=(switch director-eth0)
    check_turned_away "from the director's own MAC" own_frame --from-mac "$DIRECTOR_MAC"
    PLACE=(user1 eth0)
}

# --- two directors ----------------------------------------------------------------------------------

# The second one is in user2's place, with the first one's secret: both choose alike. It has no VIP.
start_second() {
    local dir=$WORK/second
    mkdir -p "$dir/state"
    cp "$(director_file state/secret)" "$dir/state/"
    jq --arg dir "$dir" 'del(.services[].vip_interface) | .state_dir = $dir + "/state" |
        .pin_dir += "-second" | .api = {socket: ($dir + "/api.sock")}' \
        "$(director_file config.json)" >"$dir/config.json"
    # Of veth alone: see add_pass_programs in tools/lib/lab-build.sh.
    on_host switch ip link set user2-eth0 xdpdrv object "$(dirname "$RUN_DIR")/pass.o" section xdp.frags
    start_on user2 "$dir/log" "$SIPSTEERD" --config "$dir/config.json"
    SECOND=$LAST_PID
    wait_until 60 second_is '[.pools[].servers[]] | length > 0 and all(.takes_new)' ||
        die "the second director does not start: $(tail -n 3 "$dir/log")"
}

second_is() { # JQ-CONDITION
    curl --silent --fail --unix-socket "$WORK/second/api.sock" http://localhost/v1/status | jq -e "$1" >/dev/null
}

# A Call-ID whose messages go to a server.
call_id_of() { # SERVER
    local n
    for ((n = 0; n < 200; n++)); do
        if [[ $(director_get "/v1/calls/dead-$n" | jq -r '.pools[0].if_new.server') == "$1" ]]; then
            printf 'dead-%d\n' "$n"
            return
        fi
    done
    die "no Call-ID goes to $1"
}

# The switch forgets the MAC of a dead port and sends frames for it out of all others, so that each
# director sees what the other one sends. Cut after a while: without admission it goes on for ever.
a_dead_port() {
    local call_id seen
    call_id=$(call_id_of server4)
    start_capture server1 "$(host_get server1 interface)" "$WORK/flooded.pcap" "ip dst host $VIP"
    seen=$LAST_PID
    begin_wire
    on_host switch ip link set server4-eth0 down
    send --call-id "$call_id"
    sleep 0.3
    on_host user2 ip link set eth0 down
    end_wire
    stop_capture "$seen" "$WORK/flooded.pcap"
    on_host user2 ip link set eth0 up
    on_host switch ip link set server4-eth0 up
    comment "frames to the VIP at server1, which they were not for: $(frames_in "$WORK/flooded.pcap")"
    check_equal "a dead port, two directors: a datagram is sent on once" "1 0" "$SENT $SENT_BY_SECOND"
    check_equal "it is on the wire once more, not thousands of times" 1 "$(frames_in "$WORK/flooded.pcap")"
    check "the second director says what it left" wait_until 10 second_is \
        '[.reasons[] | select(.reason == "other_host") | .packets] | add >= 1'
    wait_until 60 status_is '[.pools[].servers[]] | all(.takes_new)' || die "server4 does not come back"
    wait_until 60 second_is '[.pools[].servers[]] | all(.takes_new)' || die "the second director is not whole"
}

# --- VRRP -------------------------------------------------------------------------------------------

# As keepalived's use_vmac: both directors have the interface, one of them the address.
add_vrrp() { # HOST
    on_host "$1" ip link add link eth0 name vrrp1 address "$VRRP_MAC" type macvlan mode private &&
        on_host "$1" ip link set vrrp1 up
}

vrrp() {
    if ! add_vrrp director 2>/dev/null; then
        comment "SKIP VRRP: this kernel has no macvlan"
        return
    fi
    add_vrrp user2
    sleep 0.5
    check_taken "to VRRP's MAC, with the VIP nowhere" 0 0 --to-mac "$VRRP_MAC"
    on_host director ip addr add "$VIP/32" dev vrrp1
    sleep 0.5
    check_taken "to VRRP's MAC, with the VIP on the first" "$COUNT" 0 --to-mac "$VRRP_MAC"
    on_host director ip addr del "$VIP/32" dev vrrp1
    on_host user2 ip addr add "$VIP/32" dev vrrp1
    sleep 0.5
    check_taken "to VRRP's MAC, with the VIP on the second" 0 "$COUNT" --to-mac "$VRRP_MAC"
    check_taken "to the director's own MAC, as before" "$COUNT" 0
}

# --- while the daemon is replaced --------------------------------------------------------------------

# There is no moment in which the program runs and the daemon's list of MACs is not in force.
a_restart() {
    local before sender
    end_director KILL
    begin_wire
    send --count 400 --gap 0.02 &
    sender=$!
    sleep 1
    start_again
    wait_until 60 status_is '.services | length > 0' || die "the daemon does not come back"
    wait "$sender"
    end_wire
    check_equal "all frames are sent on while the daemon is away and comes back" 400 "$SENT"
    before=$(packets_of other_host)
    on_host director ip link set eth0 address 02:00:00:00:77:77
    DIRECTOR_MAC=02:00:00:00:77:77
    sleep 0.5
    check_taken "to a new MAC of the director's interface" "$COUNT" 0
    check_equal "none is left meanwhile" "$before" "$(packets_of other_host)"
}

e2e_begin admission "$@"
DIRECTOR_MAC=$(host_get director mac)
SECOND_MAC=$(host_get user2 mac)
start_servers
start_director "$PATIENT_PROBES"' | .on_exit = "leave"'
one_director
start_second
a_dead_port
vrrp
stop_pid "$SECOND" || true
a_restart
end_director TERM
e2e_end
