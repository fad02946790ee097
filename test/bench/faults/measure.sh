# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What goes on while a fault is measured: calls by SIPp, a numbered stream of datagrams, questions to the daemon. The
# outcome is a row, one JSON object. Sourced by campaign.sh.
#
# shellcheck disable=SC2034,SC2153,SC2154,SC2317  # set in or read by campaign.sh, test/e2e/lib*.sh; wait_until calls functions

FAULT_DIR=''  # files of the latest fault
STREAM_RUN='' # what the Call-IDs of its stream have in common
STREAM_PID=''
WATCH_PID=''
ROW=''        # the latest row

# mark began|undone|mended: see row.py.
mark() { printf '%s %s\n' "$1" "$(now)" >>"$FAULT_DIR/marks"; }

stream_flows() { [[ -s $FAULT_DIR/stream ]]; }

# begin_measure NAME: returns when calls run and the stream flows.
begin_measure() {
    FAULT_DIR=$WORK/faults/$1
    STREAM_RUN=$(printf 'st%04x%04x%04x' $RANDOM $RANDOM $RANDOM)
    rm -rf "$FAULT_DIR"
    mkdir -p "$FAULT_DIR"
    : >"$FAULT_DIR/marks"
    : >"$FAULT_DIR/log"
    begin_traffic "$RATE"
    start_on user1 "$FAULT_DIR/stream.out" "$FAULTS_DIR/stream.py" "$VIP" "$STREAM_RUN" "$FAULT_DIR/stream" \
        --rate "$STREAM_RATE"
    STREAM_PID=$LAST_PID
    start_on director "$FAULT_DIR/watch.out" "$FAULTS_DIR/watch.py" "$(director_file api.sock)" "$FAULT_DIR/watch"
    WATCH_PID=$LAST_PID
    wait_until 60 stream_flows || die "the stream does not start: $(tail -n 3 "$FAULT_DIR/stream.out")"
    await_established "$CALLS_BEFORE"
}

# end_measure NAME PROBLEM: the fault is over. Calls that are placed now end well, or the fault is not mended. Sets
# ROW.
end_measure() {
    local server options=() problem=$2
    more_calls_or_not "$CALLS_AFTER"
    stop_pid "$STREAM_PID" || true
    stop_pid "$WATCH_PID" || true
    keep_log
    FAILED_CHECKS=0
    end_traffic >"$FAULT_DIR/checks"
    ((FAILED_CHECKS == 0)) || problem=${problem:-captures are not complete}
    for server in "${SERVERS[@]}"; do
        options+=(--capture "$server=$CALLS_DIR/$server.pcap")
    done
    ROW=$(PYTHONPATH=$E2E_DIR "$FAULTS_DIR/row.py" "$FAULT_DIR" --run "$STREAM_RUN" "${options[@]}" |
        jq -c --arg name "$1" --arg kind "${KIND[$1]}" --arg what "${TITLE[$1]}" --arg problem "$problem" \
            --argjson traffic "$TRAFFIC_RESULT" --argjson causes "$(calls_failed_by_cause)" '
            {$name, $kind, $what} + . + {
                calls: $traffic.calls, calls_lost: ([$traffic.failed, $traffic.missing_calls] | max),
                calls_moved: ($traffic.split_calls + .stream_calls_moved),
                $causes, messages_lost: $traffic.lost_messages, retransmissions: $traffic.retransmissions,
                problem: (if $problem == "" then null else $problem end)
            } | del(.stream_calls_moved)')
}

# As more_calls, but no error if they do not come.
more_calls_or_not() { # COUNT
    local placed
    placed=$(fresh_stat "OutgoingCall(C)")
    wait_until 60 calls_established $((placed + $1)) || true
}

# What the daemon has written so far, before another one writes over it.
keep_log() { cat "$(director_file log)" >>"$FAULT_DIR/log"; }

# As start_again; the log of the daemon before it is kept.
start_next() {
    keep_log
    start_again
    disown "$(director_pid)" # or bash says that it was killed
}

wait_ready() { wait_until 60 is_ready; }

all_take_calls() { status_is '[.pools[0].servers[]] | all(.takes_new)' 2>/dev/null; }

is_sound() { is_ready && all_take_calls; }

random_pause() { sleep "$(awk -v seed="$RANDOM" -v most="$1" 'BEGIN { srand(seed); printf "%.3f", rand() * most }')"; } # SECONDS
