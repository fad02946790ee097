#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls come and go in rounds: what the sweep counts as running is what SIPp says is running, to the call, after
# each; nothing is left when they have ended, and the daemon takes no more memory than after its first calls.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly RATE=100
readonly RUNNING=200 # calls that run at least, from the first round on; as many come and go in a round
readonly RSS_GROWTH=512 # KiB

SECONDS_LONG=15
FAR_OFF=0 # rounds after which the counts stay apart
ROUNDS=0

parse_seconds_option() { # OPTION...: sets SECONDS_LONG, and OPTIONS to the others
    OPTIONS=()
    while (($#)); do
        case $1 in
        --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--seconds needs a number above 0"
            SECONDS_LONG=$2
            shift
            ;;
        --help | -h) e2e_usage; printf '\n  --seconds N how long there are rounds (default: %d)\n' \
            "$SECONDS_LONG"; exit 0 ;;
        *) OPTIONS+=("$1") ;;
        esac
        shift
    done
}

# The daemon's own memory in KiB: without the maps that it shares with the kernel.
director_memory() { awk '/^RssAnon:/ { print $2 }' "/proc/$(director_pid)/status"; }

running_by_sweep() { director_get /v1/status | jq '.calls.by_state | .early + .confirmed'; }

calls_agree() { (($(running_by_sweep) == $(user1_stat CurrentCall))); }

# RUNNING more calls; the oldest hang up, and nothing else happens for a moment.
next_round() {
    more_calls "$RUNNING"
    hang_up $((CALLS_HUNG_UP + RUNNING))
    pause_placing
    wait_until 60 all_established_or_failed || true
    ROUNDS=$((ROUNDS + 1))
    wait_until 60 calls_agree || FAR_OFF=$((FAR_OFF + 1))
    pause_placing
}

soak() {
    local first end
    await_established "$RUNNING"
    next_round
    first=$(director_memory)
    end=$((SECONDS + SECONDS_LONG))
    while ((SECONDS < end)); do
        next_round
    done
    comment "$(user1_stat "OutgoingCall(C)") calls so far, $(user1_stat CurrentCall) of them running"
    check "enough of them run to compare" test "$(user1_stat CurrentCall)" -ge "$RUNNING"
    check_equal "in each of $ROUNDS rounds the sweep comes to count what SIPp has running" 0 "$FAR_OFF"
    check "the daemon's memory stays what it was: $first KiB, then $(director_memory) KiB" \
        test "$(director_memory)" -le $((first + RSS_GROWTH))
}

all_over() {
    end_calls
    check_equal "no call has failed" "0 $(user1_stat "OutgoingCall(C)")" \
        "$(calls_failed) $(user1_stat "SuccessfulCall(C)")"
    check "then no call runs" wait_until 60 status_is '.calls.by_state | .early + .confirmed == 0'
    check_equal "the servers have had as many new calls as were placed" "$(user1_stat "OutgoingCall(C)")" \
        "$(director_get /v1/status | jq '[.pools[].servers[].new_calls] | add')"
    check "and none is left in the table" wait_until 60 status_is '.calls.live == 0'
}

parse_seconds_option "$@"
e2e_begin soak "${OPTIONS[@]}"
start_proxies record-route
start_director "$PATIENT_PROBES"' | .calls = {capacity: 10000}
    | .pools[0].lifetimes = {early: "10m", confirmed: "10m", closing: "4s", other: "5s"}'
begin_calls "$RATE"
soak
all_over
e2e_end
