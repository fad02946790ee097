#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls at a steady rate: what the sweep counts as running is what SIPp says is running, all the time;
# nothing is left when they have ended, and the daemon takes no more memory than after its first calls.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly RATE=100 MIN_HOLD=2000 MAX_HOLD=3000
readonly WARM_UP=5 # seconds: until as many calls run as ever will, and the first have been swept
# How far the two counts may be apart: by the calls of a second. SIPp writes its count every second; set-up,
# tear-down and a pass of the sweep of this small table take 0.2 s each.
readonly IN_FLIGHT=$RATE
readonly RSS_GROWTH=512 # KiB

SECONDS_LONG=15
FAR_OFF=0 # samples in which the counts differ by more than IN_FLIGHT
MOST_OFF=0
SAMPLES=0

parse_seconds_option() { # OPTION...: sets SECONDS_LONG, and OPTIONS to the others
    OPTIONS=()
    while (($#)); do
        case $1 in
        --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--seconds needs a number above 0"
            SECONDS_LONG=$2
            shift
            ;;
        --help | -h) e2e_usage; printf '\n  --seconds N how long calls are counted, after the first %d s (default: %d)\n' \
            "$WARM_UP" "$SECONDS_LONG"; exit 0 ;;
        *) OPTIONS+=("$1") ;;
        esac
        shift
    done
}

# The daemon's own memory in KiB: without the maps that it shares with the kernel.
director_memory() { awk '/^RssAnon:/ { print $2 }' "/proc/$(director_pid)/status"; }

running_by_sweep() { director_get /v1/status | jq '.calls.by_state | .early + .confirmed'; }

start_calls() {
    local calls=$(((WARM_UP + SECONDS_LONG + 2) * RATE)) scenario=$WORK/user1_hold.xml
    CALLS_DIR=$WORK/calls
    mkdir -p "$CALLS_DIR"
    sed "s|<pause/>|<pause distribution=\"uniform\" min=\"$MIN_HOLD\" max=\"$MAX_HOLD\"/>|" \
        "$DEMO_DIR/scenarios/user1.xml" >"$scenario"
    start_phone user2 "$FAMILY" 5060 "$CALLS_DIR/user2" "$DEMO_DIR/scenarios/user2.xml" -d 100
    CALLS_CALLEE=$LAST_PID
    wait_until 10 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$CALLS_DIR/user2/out")"
    start_phone user1 "$FAMILY" 5060 "$CALLS_DIR/user1" "$scenario" -m "$calls" -r "$RATE" -l "$calls" \
        -recv_timeout 10000 "$(in_uri "$VIP"):5060"
    CALLS_CALLER=$LAST_PID
    wait_until 10 calls_placed 1 || die "user1 does not start: $(tail -n 3 "$CALLS_DIR/user1/out")"
}

compare_counts() {
    local swept sipp off
    swept=$(running_by_sweep)
    sipp=$(user1_stat CurrentCall)
    off=$((swept > sipp ? swept - sipp : sipp - swept))
    SAMPLES=$((SAMPLES + 1))
    MOST_OFF=$((off > MOST_OFF ? off : MOST_OFF))
    ((off <= IN_FLIGHT)) || FAR_OFF=$((FAR_OFF + 1))
}

soak() {
    local first end
    sleep "$WARM_UP"
    first=$(director_memory)
    end=$(($(date +%s) + SECONDS_LONG))
    while (($(date +%s) < end)); do
        compare_counts
        sleep 1
    done
    comment "$(user1_stat "OutgoingCall(C)") calls so far, $(user1_stat CurrentCall) of them running"
    check "enough of them run to compare" test "$(user1_stat CurrentCall)" -gt $((2 * IN_FLIGHT))
    check_equal "in each of $SAMPLES samples the sweep counts what SIPp has running, by $MOST_OFF at most" 0 "$FAR_OFF"
    check "the daemon's memory stays what it was: $first KiB, then $(director_memory) KiB" \
        test "$(director_memory)" -le $((first + RSS_GROWTH))
}

all_over() {
    wait_until 30 is_gone "$CALLS_CALLER" || true
    stop_pid "$CALLS_CALLER" TERM 2 || true
    check_equal "no call has failed" "0 $(user1_stat "OutgoingCall(C)")" \
        "$(calls_failed) $(user1_stat "SuccessfulCall(C)")"
    check "then no call runs" wait_until 3 status_is '.calls.by_state | .early + .confirmed == 0'
    check_equal "the servers have had as many new calls as were placed" "$(user1_stat "OutgoingCall(C)")" \
        "$(director_get /v1/status | jq '[.pools[].servers[].new_calls] | add')"
    check "and none is left in the table" wait_until 12 status_is '.calls.live == 0'
    stop_pid "$CALLS_CALLEE" TERM 1 || true
}

parse_seconds_option "$@"
e2e_begin soak "${OPTIONS[@]}"
start_proxies record-route
start_director '.calls = {capacity: 10000} | .pools[0].lifetimes = {early: "10s", confirmed: "20s", closing: "4s", other: "5s"}'
start_calls
soak
all_over
e2e_end
