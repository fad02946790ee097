# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the farm: servers that die and come back, and what became of many calls, by the captures
# of lib_calls.sh. Sourced after lib_life.sh.
#
# shellcheck disable=SC2034,SC2153,SC2317  # what the tests read or call

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

# check_within DESCRIPTION SECONDS COMMAND...: LAST_WAIT is what it took from T0. SECONDS is what it takes at
# most where nothing else runs: a figure to compare with. What fails is what does not happen in a minute.
check_within() {
    local description=$1 usual=$2
    shift 2
    if wait_until 60 "$@"; then
        LAST_WAIT=$(seconds_between "$T0" "$(now)")
        ok "$description (after $LAST_WAIT s; $usual s at most on an idle machine)"
    else
        LAST_WAIT=999
        not_ok "$description within a minute"
        comment "$(director_get /v1/status | jq -c '[.pools[].servers[] | {name, health, takes_new, next_hop, probe}]')"
    fi
}

# --- calls ------------------------------------------------------------------------------------------

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

# calls_row WHAT-TO-COUNT...: see farm_row.py; with SIPp's counts of the run.
calls_row() {
    "$E2E_DIR/farm_row.py" --seen "$CALLS_DIR/seen" --sent "$CALLS_DIR/sent" --lost "$CALLS_DIR/lost" "$@" |
        jq -c --argjson calls "$(user1_stat "OutgoingCall(C)")" --argjson failed "$(calls_failed)" \
            --argjson succeeded "$(user1_stat "SuccessfulCall(C)")" \
            --argjson causes "$(calls_failed_by_cause)" --argjson again "$(user1_stat "Retransmissions(C)")" \
            '. + {$calls, $succeeded, $failed, $causes, retransmissions: $again}'
}
