#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The data plane outlives the daemon: stopped, killed, started again, upgraded, challenged by a second one,
# while calls run.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_maps.sh
. "$E2E_DIR/lib_maps.sh"
# shellcheck source=test/e2e/lib_metrics.sh
. "$E2E_DIR/lib_metrics.sh"

# check_goes_on DESCRIPTION: without a daemon, calls are steered.
check_goes_on() {
    local before=$PROGRAMS
    check_equal "$1: the program stays attached" "$before" "$(director_programs)"
    check_equal "$1: the VIP stays" "$VIP_INTERFACE" "$(vip_places "$VIP")"
    check "$1: the API's socket answers nobody" test -z "$(director_get /v1/status 2>/dev/null)"
}

# check_start DESCRIPTION: a start that takes over what is there.
check_start() {
    local before=$PROGRAMS
    start_director "$CONFIG"
    PROGRAMS=$(director_programs)
    check "$1: it takes the maps over" grep -q 'event=call_table .*taken_over=true' "$(director_file log)"
    check_equal "$1: it replaces the program, in one step" "$(wc -l <<<"$before") 0 0" \
        "$(log_lines xdp_replaced) $(log_lines xdp_attached) $(log_lines xdp_mode_change)"
    check "$1: another program runs now" test "$PROGRAMS" != "$before"
    check_equal "$1: the VIP stays" "$VIP_INTERFACE 0" "$(vip_places "$VIP") $(log_lines vip_added)"
}

# check_second NAME JQ-FILTER MESSAGE: a second daemon, its configuration changed by the filter, refuses
# with the message and changes nothing.
check_second() {
    local before config=$WORK/second-$1.json log=$WORK/second-$1.log
    jq --arg dir "$WORK/second-$1" "$2" "$(director_file config.json)" >"$config"
    before=$(director_traces)
    check_equal "a second daemon over the same $1 refuses" 1 "$(sipsteerd_exit "$log" --config "$config")"
    check "it says why: $3" grep -q "$3" "$log"
    check_equal "it changes nothing ($1)" "$before" "$(director_traces)"
}

e2e_begin restart "$@"
# Calls that have ended stay in the table until the map tools have looked at it.
CONFIG=".on_exit = \"leave\" | .pools[0].lifetimes.closing = \"5m\" | $PATIENT_PROBES"
VIP_INTERFACE=$(jq -r .director.vip_interface <<<"$LAB_INFO")
start_proxies record-route
start_director "$CONFIG"
PROGRAMS=$(director_programs)
begin_traffic 60
await_established 150

end_director TERM
check_goes_on "after SIGTERM"
more_calls 100
check_start "started again"
more_calls 100
end_director KILL
check_goes_on "after SIGKILL"
more_calls 100
check_start "started after a crash"

# As if an older version, with another layout of the maps, had run until now. With another weight: by the
# ring alone, calls would move.
upgrade() {
    local pins present older
    pins=$(jq -r .pin_dir "$(director_file config.json)")
    present=$(basename "$pins"/maps-v*)
    older=maps-v$((${present#maps-v} - 1))
    end_director TERM
    mv "$pins/$present" "$pins/$older"
    CONFIG+=' | .pools[0].servers[0].weight = 300'
    check_start "an upgrade"
    check "it takes the calls over" grep -q 'event=older_calls_taken_over .*calls=[1-9]' "$(director_file log)"
    check_equal "the older maps are gone" "$present" "$(basename "$pins"/maps-v*)"
}
upgrade

check_second pin_dir '.api.socket = $dir + ".sock" | .state_dir = $dir' 'pin_dir: another sipsteerd uses'
check_second state_dir '.api.socket = $dir + ".sock" | .pin_dir += "-second"' 'state_dir: another sipsteerd uses'
check_second socket '.pin_dir += "-second" | .state_dir = $dir' 'another daemon answers on'
check_second interface '.pin_dir += "-second" | .state_dir = $dir | .api.socket = $dir + ".sock"' \
    'another XDP program is attached .*; process [0-9]* (sipsteerd) runs it with another pin_dir'
# One that may do more does not show what it has open: it may be any process of that name.
check_equal "a second daemon that may do less refuses, too" 1 "$(on_host director timeout -k 2 60 \
    setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$SIPSTEERD" --config "$WORK/second-interface.json" \
    >"$WORK/less.log" 2>&1; echo $?)"
check "it names a process" grep -q '; process [0-9]* (sipsteerd) \(may run\|runs\) it with another pin_dir' "$WORK/less.log"
check_equal "--detach, too, refuses while a daemon runs" 1 \
    "$(sipsteerd_exit "$WORK/detach.log" --config "$(director_file config.json)" --detach)"
check_equal "and detaches nothing" "$PROGRAMS" "$(director_programs)"

more_calls 50
end_traffic
check_undisturbed "$(jq .calls <<<"$TRAFFIC_RESULT") calls during all this"
check_json "the call table was followed all the way: no call was given another server" \
    'any(.reasons[]; .reason == "call_hit") and all(.reasons[]; .reason != "call_rehomed")' \
    "$(director_get /v1/status)"

check "with its last call gone, so is the older table" wait_until 200 status_is '.calls.resizing | not'
check_maps_tools "the map tools"
check_metrics "the metrics"
PROGRAMS=$(director_programs) # another one than at the start: there is one less table to look into by now
end_director TERM
check_goes_on "at the end"
check_maps_without_daemon "the map tools without a daemon"
check_equal "sipsteerd --detach" 0 \
    "$(sipsteerd_exit "$WORK/detach.log" --config "$(director_file config.json)" --detach)"
check_no_traces "after --detach"
check_equal "sipsteerd --detach again has nothing to do" 0 \
    "$(sipsteerd_exit "$WORK/detach.log" --config "$(director_file config.json)" --detach)"
check_no_traces "after --detach again"
e2e_end
