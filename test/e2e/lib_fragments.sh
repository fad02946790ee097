# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# INVITEs longer than a frame (MTU 1500), as SIPp makes and user1's kernel cuts them: recorded while nobody
# takes frames for the VIP, and sent in another order later. Sourced after lib.sh.
#
# shellcheck disable=SC2153,SC2317  # VIP, FAMILY and others are set in lib.sh; what wait_until calls

readonly SHORT=1969 LONG=4000 # bytes of the INVITEs: two fragments and three

# filler CALL LENGTH: text that is another one everywhere and for each call, so that a fragment in a
# wrong place or of a wrong call shows.
filler() {
    awk -v call="$1" -v length_wanted="$2" 'BEGIN {
        while (length(text) < length_wanted) text = text call "." ++n ","
        print substr(text, 1, length_wanted)
    }'
}

# invite_list CASE COUNT SHORT-FILLER LONG-FILLER: SIPp's injection file for COUNT calls of each size,
# with names of one length.
invite_list() {
    local i call case="$1----------"
    echo SEQUENTIAL
    for ((i = 1; i <= $2; i++)); do
        call=$(printf '%s%04d' "${case:0:11}" "$i")
        printf '%s;%s\n' "s$call" "$(filler "s$call" "$3")" "l$call" "$(filler "l$call" "$4")"
    done
}

# send_invites LIST CALLS [SIPP-OPTION...]: SIPp sends them to the VIP and waits for nothing.
send_invites() {
    local list=$1 calls=$2
    shift 2
    start_phone user1 "$FAMILY" 5060 "$WORK/user1" "$E2E_DIR/fragments.xml" -inf "$list" \
        -m "$calls" -r 500 -timeout 20 "$@" "$(in_uri "$VIP"):5060"
    wait_until 60 is_gone "$LAST_PID" || true
    stop_pid "$LAST_PID" || die "SIPp fails: $(tail -n 3 "$WORK/user1/out")"
}

# Sets SHORT_FILLER and LONG_FILLER: how much text makes the INVITEs as long as they are to be.
measure_fillers() {
    local length
    invite_list m 1 1000 3000 >"$WORK/measure.csv"
    send_invites "$WORK/measure.csv" 2 -trace_msg -message_file "$WORK/measure"
    length=$(sed -n 's/.*message sent .*[[(]\([0-9]\+\)[])]\? bytes.*/\1/p' "$WORK/measure" | sed -n 1p)
    [[ -n $length ]] || die "SIPp does not tell how long its INVITE is; see $WORK/measure"
    SHORT_FILLER=$((1000 + SHORT - length))
    LONG_FILLER=$((1000 + LONG - length))
}

# capture_invites CASE COUNT: SIPp sends COUNT calls of each size; the frames are in CASE.pcap.
capture_invites() {
    local capture
    invite_list "$1" "$2" "$SHORT_FILLER" "$LONG_FILLER" >"$WORK/$1.csv"
    start_capture user1 "$(host_get user1 interface)" "$WORK/$1.pcap" "dst host $VIP and not arp"
    capture=$LAST_PID
    send_invites "$WORK/$1.csv" "$((2 * $2))"
    stop_capture "$capture" "$WORK/$1.pcap"
    ((CAPTURE_DROPPED == 0)) || die "the capture of the calls lost $CAPTURE_DROPPED frames"
}

vip_neighbour() { # replace|del
    on_host user1 ip neigh "$1" "$VIP" lladdr "$(host_get director mac)" dev "$(host_get user1 interface)" \
        nud permanent
}

# send_recorded CASE MILLISECONDS [ORDER]: the recorded frames in an order of fragments_send.py, the case's
# own unless told otherwise, with a pause after each. The Call-IDs of those sent without a fragment are in
# CASE.incomplete then.
send_recorded() {
    on_host user1 python3 -B "$E2E_DIR/fragments_send.py" --pause "$2" "${3:-$1}" \
        "$(host_get user1 interface)" "$WORK/$1.pcap" >"$WORK/$1.incomplete"
}

# What comes to the servers for the VIP: WORK/SERVER.pcap.
start_server_captures() {
    local server
    CAPTURES=()
    for server in "${SERVERS[@]}"; do
        start_capture "$server" "$(host_get "$server" interface)" "$WORK/$server.pcap" "dst host $VIP and not arp"
        CAPTURES+=("$LAST_PID")
    done
}

stop_server_captures() {
    local i
    for i in "${!SERVERS[@]}"; do
        stop_capture "${CAPTURES[i]}" "$WORK/${SERVERS[i]}.pcap"
        check_equal "the capture on ${SERVERS[i]} is complete" 0 "$CAPTURE_DROPPED"
    done
}
