# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Calls that last until the test ends them. SIPp places them at a steady rate, from user1 to user2 by the
# VIP. A call is held until the test tells SIPp to hang up: no test has to be quick to find it running.
#
#     begin_calls 150; await_established 300     calls run, and more and more of them
#     ...a change, and its answer...
#     more_calls 60                              60 calls that were placed after the answer
#     end_calls
#
# What came before a change and what after is told by when user1 has sent a message: what it sent after
# the change's answer has to be steered by the change, however long it is under way. Times in CALLS_DIR/seen
# and CALLS_DIR/sent are those. Sourced by lib_life.sh.
#
# shellcheck disable=SC2034,SC2153,SC2317  # what the tests read or call

readonly CALL_HOST=calls.example.com # what stands behind the @ in a Call-ID
readonly CONTROL_PORT=8888           # of user1's SIPp

CALLS_DIR=''     # files of the latest run of calls
CALLS_RUN=''     # what its Call-IDs have in common
CALLS_CALLER=''  # pids
CALLS_CALLEE=''
CALLS_HUNG_UP=0  # the calls from the first to this one have been told to hang up
CALLS_CAPTURES=()
declare -A LATER_MAC=() # by server: the MAC address that a test gives it

# --- captures ---------------------------------------------------------------------------------------

# What user1 sends to the VIP, what the director sends to the servers, and what these see. Files: CALLS_DIR.
begin_captures() {
    local host macs filter="dst host $VIP and udp dst port 5060"
    CALLS_DIR=$WORK/calls
    CALLS_RUN=$(printf '%04x%04x%04x' $RANDOM $RANDOM $RANDOM)
    CALLS_CAPTURES=()
    rm -rf "$CALLS_DIR"
    mkdir -p "$CALLS_DIR"
    # A bridge floods frames for a MAC address whose port has gone; they are not for the others.
    for host in "${SERVERS[@]}"; do
        macs="ether dst $(host_get "$host" mac)${LATER_MAC[$host]:+ or ether dst ${LATER_MAC[$host]}}"
        start_capture "$host" "$(host_get "$host" interface)" "$CALLS_DIR/$host.pcap" "($macs) and $filter"
        CALLS_CAPTURES+=("$host=$LAST_PID")
    done
    start_capture user1 "$(host_get user1 interface)" "$CALLS_DIR/user1.pcap" "$filter"
    CALLS_CAPTURES+=("user1=$LAST_PID")
    start_capture switch director-eth0 "$CALLS_DIR/director.pcap" \
        "ether src $(host_get director mac) and $filter"
    CALLS_CAPTURES+=("director=$LAST_PID")
}

# Writes CALLS_DIR/seen, /sent and /asked, lines of farm_messages.py: what the servers saw, what the director
# sent to them, what user1 sent to it.
end_captures() {
    local capture host missed=0 options=() macs=() sender=(--sender "$CALLS_DIR/user1.pcap")
    settle_captures "$CALLS_DIR"/*.pcap
    for capture in "${CALLS_CAPTURES[@]}"; do
        host=${capture%%=*}
        end_capture "${capture#*=}" "$CALLS_DIR/$host.pcap"
        missed=$((missed + CAPTURE_DROPPED))
        [[ $host == user1 || $host == director ]] || options+=(--capture "$host=$CALLS_DIR/$host.pcap")
    done
    check_equal "the captures are complete" 0 "$missed"
    for host in "${SERVERS[@]}"; do
        macs+=(--mac "$host=$(host_get "$host" mac)")
        [[ -z ${LATER_MAC[$host]:-} ]] || macs+=(--mac "$host=${LATER_MAC[$host]}")
    done
    "$E2E_DIR/farm_messages.py" --run "$CALLS_RUN" "${sender[@]}" "${options[@]}" >"$CALLS_DIR/seen"
    "$E2E_DIR/farm_messages.py" --run "$CALLS_RUN" "${sender[@]}" --director "$CALLS_DIR/director.pcap" "${macs[@]}" \
        >"$CALLS_DIR/sent"
    "$E2E_DIR/farm_messages.py" --run "$CALLS_RUN" --capture "user1=$CALLS_DIR/user1.pcap" >"$CALLS_DIR/asked"
}

# How many messages of user1's were seen by no server.
messages_lost() {
    awk 'NR == FNR { asked[$2, $4]++; next } { asked[$2, $4]-- }
        END { for (message in asked) lost += asked[message] > 0 ? asked[message] : 0; print lost + 0 }' \
        "$CALLS_DIR/asked" "$CALLS_DIR/seen"
}

# --- calls ------------------------------------------------------------------------------------------

# user1's scenario, but that a call is held until an INFO says that it is over (farm_hang_up.py).
held_scenario() {
    sed "s|<pause/>|<recv request=\"INFO\" timeout=\"86400000\"/>|" "$DEMO_DIR/scenarios/user1.xml"
}

# begin_calls RATE [COUNT]: so many calls a second, COUNT or until end_calls; returns when the first is placed.
# A call that waits 40 s for an answer fails: every message has been sent again five times by then (RFC 3261,
# timers A, E and G).
begin_calls() {
    local scenario=$WORK/user1_held.xml
    begin_captures
    CALLS_HUNG_UP=0
    held_scenario >"$scenario"
    start_phone user2 "$FAMILY" 5060 "$CALLS_DIR/user2" "$DEMO_DIR/scenarios/user2.xml" -d 100
    CALLS_CALLEE=$LAST_PID
    wait_until 60 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$CALLS_DIR/user2/out")"
    start_phone user1 "$FAMILY" 5060 "$CALLS_DIR/user1" "$scenario" -m "${2:-1000000}" -r "$1" -l 1000000 \
        -recv_timeout 40000 -cp "$CONTROL_PORT" -cid_str "%u-%p-$CALLS_RUN@$CALL_HOST" "$(in_uri "$VIP"):5060"
    CALLS_CALLER=$LAST_PID
    wait_until 60 calls_placed 1 || die "user1 does not start: $(tail -n 3 "$CALLS_DIR/user1/out")"
}

# What SIPp's statistics say, which it writes once a second.
user1_stat() { # COLUMN
    if [[ -s $CALLS_DIR/user1/stat.csv ]]; then phone_stat "$CALLS_DIR/user1" "$1"; else echo 0; fi
}

calls_placed() { (($(user1_stat "OutgoingCall(C)") >= $1)); }         # COUNT

calls_established() { (($(user1_stat "established(C)") >= $1)); }     # COUNT: that run, or ran

calls_over() { (($(user1_stat "SuccessfulCall(C)") + $(user1_stat "FailedCall(C)") >= $1)); } # COUNT

calls_failed() { user1_stat "FailedCall(C)"; }

await_established() { # COUNT
    wait_until 120 calls_established "$1" ||
        die "$1 calls do not run, but $(user1_stat "established(C)"): $(tail -n 3 "$CALLS_DIR/user1/out")"
}

# SIPp's statistics as of a moment after this was called.
fresh_stat() { # COLUMN
    local rows
    rows=$(wc -l <"$CALLS_DIR/user1/stat.csv")
    wait_until 60 stat_has_rows $((rows + 2)) || true # the next one may have been begun already
    user1_stat "$1"
}

stat_has_rows() { (($(wc -l <"$CALLS_DIR/user1/stat.csv") >= $1)) || is_gone "$CALLS_CALLER"; } # COUNT

# more_calls COUNT: returns when so many calls run that were placed after this was called.
more_calls() { await_established $(($(fresh_stat "OutgoingCall(C)") + $1)); }

# No more calls are placed, those there are go on.
stop_placing() {
    kill -USR1 "$CALLS_CALLER" 2>/dev/null || true
}

# No more calls are placed, until this is called again.
pause_placing() {
    # shellcheck disable=SC2016  # for the inner shell
    on_host user1 bash -c 'printf p >"/dev/udp/$1/$2"' - "$(host_address user1 "$FAMILY")" "$CONTROL_PORT"
    fresh_stat "OutgoingCall(C)" >/dev/null
}

# hang_up LAST: the calls that are not told yet, up to this number; returns when they are over.
hang_up() {
    (($1 > CALLS_HUNG_UP)) || return 0
    on_host user1 "$E2E_DIR/farm_hang_up.py" "$(host_address user1 "$FAMILY")" $((CALLS_HUNG_UP + 1)) "$1" \
        "$CALLS_CALLER-$CALLS_RUN@$CALL_HOST"
    CALLS_HUNG_UP=$1
    wait_until 120 calls_over "$1" || comment "calls that do not end: $(($1 - $(user1_stat "SuccessfulCall(C)")))"
}

all_established_or_failed() { calls_established $(($(user1_stat "OutgoingCall(C)") - $(calls_failed))); }

# All calls hang up. Writes what end_captures does, and CALLS_DIR/lost, the Call-IDs of the calls that failed.
# shellcheck disable=SC2120
end_calls() {
    stop_placing
    fresh_stat "OutgoingCall(C)" >/dev/null
    wait_until 120 all_established_or_failed || true
    hang_up "$(user1_stat "OutgoingCall(C)")"
    wait_until 60 is_gone "$CALLS_CALLER" || true
    stop_pid "$CALLS_CALLER" TERM 2 || true
    stop_pid "$CALLS_CALLEE" TERM 1 || true
    end_captures
    cat "$CALLS_DIR"/user1/errors* 2>/dev/null | grep -i 'aborting call' |
        grep -oE "[0-9]+-[0-9]+-$CALLS_RUN@$CALL_HOST" | sort -u >"$CALLS_DIR/lost" || true
}

# The outcome as a JSON object; servers: calls seen at each.
calls_result() {
    awk -v names="${SERVERS[*]}" '
        !($2 in first) { calls++; first[$2] = $3 }
        !(($2, $3) in at) { at[$2, $3]; n[$3]++; if (++places[$2] == 2) split_calls++ }
        END {
            printf "{\"seen\":%d,\"split_calls\":%d,\"servers\":{", calls, split_calls
            k = split(names, name, " ")
            for (i = 1; i <= k; i++) printf "%s\"%s\":%d", (i > 1 ? "," : ""), name[i], n[name[i]]
            print "}}"
        }' "$CALLS_DIR/seen" |
        jq -c --argjson calls "$(user1_stat "OutgoingCall(C)")" --argjson ok "$(user1_stat "SuccessfulCall(C)")" \
            --argjson again "$(user1_stat "Retransmissions(C)")" --argjson lost "$(messages_lost)" '
            {$calls, failed: ($calls - $ok), retransmissions: $again, split_calls,
             missing_calls: ($calls - .seen), lost_messages: $lost, servers}'
}

# --- the same with its outcome in TRAFFIC_RESULT ----------------------------------------------------

# begin_traffic RATE [COUNT], or --rate RATE --calls COUNT [--hold MILLISECONDS]: end_traffic then waits until all
# are placed, and hangs up so long after.
begin_traffic() {
    local rate
    TRAFFIC_CALLS=0 TRAFFIC_HOLD=0
    if [[ $1 != --* ]]; then
        begin_calls "$@"
        return
    fi
    while (($# > 1)); do
        case $1 in
        --rate) rate=$2 ;;
        --calls) TRAFFIC_CALLS=$2 ;;
        --hold) TRAFFIC_HOLD=$2 ;;
        *) die "begin_traffic: no such option: $1" ;;
        esac
        shift 2
    done
    begin_calls "$rate" "$TRAFFIC_CALLS"
}

# Sets TRAFFIC_RESULT, and writes the messages the servers saw to WORK/messages: "time Call-ID server method"
# a line, in the order of the time they were sent.
end_traffic() {
    wait_until 120 calls_placed "$TRAFFIC_CALLS" || true
    sleep "$((TRAFFIC_HOLD / 1000)).$((TRAFFIC_HOLD % 1000 / 100))"
    end_calls
    TRAFFIC_RESULT=$(calls_result)
    cp "$CALLS_DIR/seen" "$WORK/messages"
}

# Nothing is lost: what user1 has sent, as often as it has sent it, has come to a server.
check_undisturbed() { # DESCRIPTION
    check_json "$1: no call failed, no message was lost, no call was split, none is missing" \
        '.calls > 0 and .failed == 0 and .lost_messages == 0 and .split_calls == 0 and .missing_calls == 0' "$TRAFFIC_RESULT"
}
