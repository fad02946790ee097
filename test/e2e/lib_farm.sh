# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the farm: servers that die and come back, and many calls, followed in captures on the
# servers and behind the director. Sourced after lib_life.sh.
#
# shellcheck disable=SC2034,SC2153,SC2317  # what the tests read or call

CALLS_DIR=''     # files of the latest run of calls
CALLS_RUN=''     # what its Call-IDs have in common
CALLS_CALLER=''  # pids
CALLS_CALLEE=''
CALLS_CAPTURES=()

# --- servers ----------------------------------------------------------------------------------------

# Kills the proxy of a server, all its processes at once; what it takes to start it again is kept.
# Sets T0 to when it is dead.
kill_proxy() { # SERVER
    local pid
    pid=$(cat "$RUN_DIR/proxies/$1.pid")
    cp "/proc/$pid/cmdline" "$WORK/$1.cmdline"
    cp "/proc/$pid/environ" "$WORK/$1.environ"
    kill -KILL -- "-$pid"
    T0=$(now)
}

# As tools/demo/proxies started it, and recorded for its stop.
restart_proxy() { # SERVER
    local command environment
    mapfile -d '' command <"$WORK/$1.cmdline"
    mapfile -d '' environment <"$WORK/$1.environ"
    setsid nsenter --net="/run/netns/$(host_get "$1" netns)" -- env -i "${environment[@]}" "${command[@]}" \
        >"$RUN_DIR/proxies/$1.log" 2>&1 </dev/null &
    echo $! >"$RUN_DIR/proxies/$1.pid"
}

# The cable of a server, at the switch: up or down. Sets T0 to when it is.
set_link() { # SERVER up|down
    on_host switch ip link set "$1-$(host_get "$1" interface)" "$2"
    T0=$(now)
}

# A filter that sets fields of a server.
set_server() { # SERVER JQ-OBJECT
    printf '.pools[0].servers |= map(if .name == "%s" then . + %s else . end)' "$1" "$2"
}

configure() { # WHAT JQ-FILTER
    check "a new configuration is taken over: $1" reload_director "$2" config_in_force
}

# check_within DESCRIPTION SECONDS COMMAND...: measured from T0; LAST_WAIT is what it took.
check_within() {
    local description=$1 limit=$2
    shift 2
    if wait_until "$((${limit%.*} + 8))" "$@"; then
        LAST_WAIT=$(seconds_between "$T0" "$(now)")
        check "$description within $limit s (it took $LAST_WAIT s)" \
            awk -v took="$LAST_WAIT" -v limit="$limit" 'BEGIN { exit took > limit }'
    else
        LAST_WAIT=999
        not_ok "$description within $limit s"
        comment "$(director_get /v1/status | jq -c '[.pools[].servers[] | {name, health, takes_new, next_hop, probe}]')"
    fi
}

# --- calls ------------------------------------------------------------------------------------------

# What the servers see of the VIP's messages, and what the director sends to them. Files: CALLS_DIR.
begin_captures() {
    local host filter="dst host $VIP and udp dst port 5060"
    CALLS_DIR=$WORK/calls
    CALLS_RUN=$(printf '%04x%04x%04x' $RANDOM $RANDOM $RANDOM)
    CALLS_CAPTURES=()
    rm -rf "$CALLS_DIR"
    mkdir -p "$CALLS_DIR"
    # A bridge floods frames for a MAC address whose port has gone; they are not for the others.
    for host in "${SERVERS[@]}"; do
        start_capture "$host" "$(host_get "$host" interface)" "$CALLS_DIR/$host.pcap" \
            "ether dst $(host_get "$host" mac) and $filter"
        CALLS_CAPTURES+=("$host=$LAST_PID")
    done
    start_capture switch director-eth0 "$CALLS_DIR/director.pcap" \
        "ether src $(host_get director mac) and $filter"
    CALLS_CAPTURES+=("director=$LAST_PID")
}

# Writes CALLS_DIR/seen and /sent, lines of farm_messages.py: what the servers saw, what the director
# sent to them.
end_captures() {
    local capture host missed=0 options=() macs=()
    settle_captures "$CALLS_DIR"/*.pcap
    for capture in "${CALLS_CAPTURES[@]}"; do
        host=${capture%%=*}
        end_capture "${capture#*=}" "$CALLS_DIR/$host.pcap"
        missed=$((missed + CAPTURE_DROPPED))
        [[ $host == director ]] || options+=(--capture "$host=$CALLS_DIR/$host.pcap")
    done
    check_equal "the captures are complete" 0 "$missed"
    for host in "${SERVERS[@]}"; do
        macs+=(--mac "$host=$(host_get "$host" mac)")
    done
    "$E2E_DIR/farm_messages.py" --run "$CALLS_RUN" "${options[@]}" >"$CALLS_DIR/seen"
    "$E2E_DIR/farm_messages.py" --run "$CALLS_RUN" --director "$CALLS_DIR/director.pcap" "${macs[@]}" \
        >"$CALLS_DIR/sent"
}

# begin_calls CALLS RATE MIN-HOLD MAX-HOLD: SIPp calls from user1 to user2 by the VIP in the background;
# returns when calls run. Hold times in ms. A call that waits 10 s for an answer fails: every message
# has been sent five times by then (RFC 3261, timers A, E and G).
begin_calls() {
    local scenario=$WORK/user1_hold.xml
    begin_captures
    sed "s|<pause/>|<pause distribution=\"uniform\" min=\"$3\" max=\"$4\"/>|" \
        "$DEMO_DIR/scenarios/user1.xml" >"$scenario"
    start_phone user2 "$FAMILY" 5060 "$CALLS_DIR/user2" "$DEMO_DIR/scenarios/user2.xml" -d 100 \
        -recv_timeout 20000
    CALLS_CALLEE=$LAST_PID
    wait_until 10 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$CALLS_DIR/user2/out")"
    start_phone user1 "$FAMILY" 5060 "$CALLS_DIR/user1" "$scenario" -m "$1" -r "$2" -l "$1" \
        -recv_timeout 10000 -timeout $(($1 / $2 + 40)) -cid_str "%u-%p-$CALLS_RUN@%s" "$(in_uri "$VIP"):5060"
    CALLS_CALLER=$LAST_PID
    wait_until 10 calls_placed 1 || die "user1 does not start: $(tail -n 3 "$CALLS_DIR/user1/out")"
}

user1_stat() { phone_stat "$CALLS_DIR/user1" "$1"; } # COLUMN

calls_placed() { # COUNT
    [[ -s $CALLS_DIR/user1/stat.csv ]] && (($(user1_stat "OutgoingCall(C)") >= $1))
}

# When all calls have ended: end_captures, and CALLS_DIR/lost, the Call-IDs of the calls that failed.
end_calls() {
    wait_until 60 is_gone "$CALLS_CALLER" || true
    stop_pid "$CALLS_CALLER" TERM 2 || true
    stop_pid "$CALLS_CALLEE" TERM 1 || true
    end_captures
    cat "$CALLS_DIR"/user1/errors* 2>/dev/null | grep -i 'aborting call' | grep -oE "[0-9]+-[0-9]+-$CALLS_RUN@[0-9a-fA-F.:]*[0-9a-fA-F]" |
        sort -u >"$CALLS_DIR/lost" || true
}

# "server calls" a line: where calls began.
calls_by_server() {
    awk '!begun[$2]++ { calls[$3]++ } END { for (server in calls) print server, calls[server] }' \
        "$CALLS_DIR/seen" | sort
}

# How many calls ran at a server at once, at most: from the first message to the BYE.
most_at_once() { # SERVER
    awk -v server="$1" '$3 != server { next }
        !begun[$2]++ && ++running > most { most = running }
        $4 == "BYE" && !ended[$2]++ { running-- }
        END { print most + 0 }' "$CALLS_DIR/seen"
}

# check_calls DESCRIPTION: all have succeeded, and none was seen at two servers.
check_calls() {
    check_equal "$1: no call failed, none was split" "0 0" "$(calls_failed) $(awk '
        $2 in server && server[$2] != $3 { split_ones[$2] } { server[$2] = $3 }
        END { print length(split_ones) }' "$CALLS_DIR/seen")"
}

# SIPp's own counts of what failed, by cause: {"TimeoutOnRecv":3}
calls_failed_by_cause() {
    awk -F';' 'NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i }
        END { for (i in name) if (name[i] ~ /^Failed.*\(C\)$/ && name[i] != "FailedCall(C)" && $i > 0) {
                  sub(/^Failed/, "", name[i]); sub(/\(C\)$/, "", name[i]); print name[i], $i } }' \
        "$CALLS_DIR/user1/stat.csv" | sort |
        jq -cRn '[inputs | split(" ") | {key: .[0], value: (.[1] | tonumber)}] | from_entries'
}

calls_failed() { user1_stat "FailedCall(C)"; }

# calls_row WHAT-TO-COUNT...: see farm_row.py; with SIPp's counts of the run.
calls_row() {
    "$E2E_DIR/farm_row.py" --seen "$CALLS_DIR/seen" --sent "$CALLS_DIR/sent" --lost "$CALLS_DIR/lost" "$@" |
        jq -c --argjson calls "$(user1_stat "OutgoingCall(C)")" --argjson failed "$(calls_failed)" \
            --argjson succeeded "$(user1_stat "SuccessfulCall(C)")" \
            --argjson causes "$(calls_failed_by_cause)" --argjson again "$(user1_stat "Retransmissions(C)")" \
            '. + {$calls, $succeeded, $failed, $causes, retransmissions: $again}'
}
