#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The fault campaign: in a lab with real calls, one fault after the other, and a row of figures for each.
#
# shellcheck disable=SC2016,SC2034,SC2153,SC2317  # jq filters; what the parts read; functions that wait_until calls
set -euo pipefail

FAULTS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly FAULTS_DIR
# shellcheck source=test/e2e/lib.sh
. "$FAULTS_DIR/../../e2e/lib.sh"
for part in life farm host log_pipe; do
    # shellcheck source=/dev/null
    . "$E2E_DIR/lib_$part.sh"
done
for part in measure daemon host output; do
    # shellcheck source=/dev/null
    . "$FAULTS_DIR/$part.sh"
done

readonly LEAST_RATE=10

# In the order in which they are made.
NAMES=()
declare -A KIND=() TITLE=()

a_fault() { # NAME daemon|host|none TITLE
    NAMES+=("$1")
    KIND[$1]=$2
    TITLE[$1]=$3
}

list_faults() {
    a_fault kill daemon "kill -9 at random moments"
    a_fault stop daemon "SIGSTOP, SIGCONT"
    a_fault restart daemon "restart while the configuration changes"
    a_fault upgrade daemon "upgrade and rollback"
    a_fault disk daemon "disk full, and a crash"
    a_fault log_stuck daemon "log reader stuck"
    a_fault log_closed daemon "log pipe closed"
    a_fault farm daemon "$MANY servers down and up"
    a_fault api daemon "API hammered"
    a_fault link_down host "interface down and up"
    a_fault interface_anew host "interface re-created"
    a_fault interface_renamed host "interface renamed"
    a_fault program_off host "program taken off"
    a_fault vip_off host "VIP taken off"
    a_fault pins_lost host "pins lost, and a crash"
    KIND[quiet]=none
    TITLE[quiet]="none: the machine alone"
}

usage() {
    cat <<'USAGE'
Usage: sudo tools/bench faults [OPTIONS]

Make one fault after the other on a director in a lab. Real calls (SIPp, Kamailio) and a numbered stream of
datagrams run through the director. Print what each fault cost.

  --quick         Make short runs, and kill the daemon 5 times instead of 50
  --only NAME     Make this fault alone, without the quiet run; repeat the option for more faults
  --list          Print the names of the faults
  --rate N        Place N calls a second (default 200); the quiet run halves it until nothing is lost
  --stream N      Send N numbered datagrams a second (default 500)
  --kills N       Kill the daemon N times
  --other FILE    Upgrade to this build of sipsteerd, and roll back; by default the same program starts twice
  -o FORMAT       Print a table (default), json, or markdown

  packets         numbered datagrams sent, and those that no server saw
  calls           calls placed, calls that failed, calls that were seen at a second server
  noticed         seconds until the first warning in the log, or the first line if there is no warning
  mended          seconds from when the cause was gone until nothing is lost and the director is ready
  stall           the longest time until the daemon answered a question; a daemon that is away counts as none

Where a fault is made several times, noticed and mended are those of the worst time.
Exit code: 0; 1 if a fault of the daemon lost or moved a call, or was not over; 2 bad command line.
USAGE
}

number() { # OPTION VALUE
    [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || usage_error "$1 needs a number above 0, not \"$2\""
    printf '%d\n' "$2"
}

add_only() { # NAME
    [[ -n ${KIND[$1]:-} ]] || usage_error "there is no fault $1; see --list"
    ONLY+=("$1")
}

parse_options() {
    ONLY=() QUICK=no RATE=200 STREAM_RATE=500 KILLS='' OTHER='' FORMAT=table COMMIT=unknown
    while (($#)); do
        case $1 in
        --help | -h) usage; exit 0 ;;
        --list) printf '%s\n' "${NAMES[@]}"; exit 0 ;;
        --quick) QUICK=yes; shift; continue ;;
        --json) FORMAT=json; shift; continue ;;
        --only | --rate | --stream | --kills | --other | --commit | -o) (($# > 1)) || usage_error "$1 needs a value" ;;
        *) usage_error "no such option: $1" ;;
        esac
        case $1 in
        --only) add_only "$2" ;;
        --rate) RATE=$(number "$1" "$2") ;;
        --stream) STREAM_RATE=$(number "$1" "$2") ;;
        --kills) KILLS=$(number "$1" "$2") ;;
        --other) OTHER=$2 ;;
        --commit) COMMIT=$2 ;;
        -o) FORMAT=$2 ;;
        esac
        shift 2
    done
    [[ $FORMAT =~ ^(table|json|markdown)$ ]] || usage_error "-o needs table, json or markdown, not \"$FORMAT\""
    [[ -z $OTHER || -x $OTHER ]] || usage_error "--other needs a program, not \"$OTHER\""
}

set_sizes() {
    PAUSE=2 RESTARTS=5 API_SECONDS=6 SECONDS_OF_CALLS=2
    if [[ $QUICK == yes ]]; then
        PAUSE=1 RESTARTS=2 API_SECONDS=3 SECONDS_OF_CALLS=1
        KILLS=${KILLS:-5}
    fi
    KILLS=${KILLS:-50}
    set_calls
}

# How many calls have to run before a fault, and how many have to be placed after it.
set_calls() {
    CALLS_BEFORE=$((RATE * SECONDS_OF_CALLS))
    CALLS_AFTER=$((RATE * SECONDS_OF_CALLS))
}

# Hands the exit code on. A daemon or server that is stopped cannot end.
clean_up() {
    local code=$?
    set +e
    trap '' INT TERM
    local pid
    for pid in $(cat "$(director_file pid)" 2>/dev/null) "${MANY_PIDS[@]}"; do
        kill -CONT "$pid" 2>/dev/null
    done
    [[ -z $STATE ]] || umount -l "$STATE" 2>/dev/null
    (exit "$code")
    e2e_clean_up
}

# A file system of its own for the state, so that it can be filled.
begin_lab() {
    e2e_begin faults
    trap clean_up EXIT
    mkdir -p "$(director_file state)"
    STATE=$(director_file state)
    mount -t tmpfs -o size=4m sipsteer-faults "$STATE"
    start_proxies record-route
    start_steering
}

start_steering() {
    start_director '.on_exit = "leave" | .pools[0].servers[3].max_calls = 1000000'
}

# measure NAME: one row. A fault that is not over by itself is ended with a new daemon, and its row says so.
measure() {
    local problem=''
    say "$(date +%T) $1: ${TITLE[$1]}"
    begin_measure "$1"
    [[ $1 == quiet ]] || "fault_$1" || problem="not over"
    end_measure "$1" "$problem"
    ! declare -F "undo_$1" >/dev/null || "undo_$1"
    make_sound
}

# As at first: the daemon writes to its file again.
make_sound() {
    if [[ -p $WORK/pipe ]]; then
        end_director TERM
        rm "$WORK/pipe"
        start_next
    fi
    wait_until 60 is_sound && return
    say "the director is not sound; it is started anew: $(api_body GET /readyz)"
    stop_director
    start_steering
}

row_is() { jq -e "$1" <<<"$ROW" >/dev/null; } # JQ-CONDITION

# Sets RATE to what the machine carries without a loss.
measure_quiet() {
    while true; do
        measure quiet
        ! row_is '.packets_lost + .calls_lost + .messages_lost == 0' || break
        ((RATE > LEAST_RATE)) || { say "this machine loses packets without a fault"; break; }
        RATE=$((RATE / 2 > LEAST_RATE ? RATE / 2 : LEAST_RATE))
        set_calls
        say "lost in quiet: $ROW; now $RATE calls a second"
    done
    ROWS+=("$ROW")
}

main() {
    local name
    list_faults
    parse_options "$@"
    set_sizes
    exec {RESULT_FD}>&1 1>&2
    begin_lab
    ROWS=()
    ((${#ONLY[@]})) || { measure_quiet; ONLY=("${NAMES[@]}"); }
    for name in "${ONLY[@]}"; do
        measure "$name"
        say "    $(row_words "$ROW")"
        ROWS+=("$ROW")
    done
    print_result "$FORMAT" >&"$RESULT_FD"
    trap - ERR # a verdict is no error of this script
    all_as_it_should
}

STATE=''
MANY_PIDS=()
main "$@"
