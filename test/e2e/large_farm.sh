#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Nearly as many servers as there can be, and all but four fail at once. The daemon answers all the while, feeds its
# watchdog, and calls of the four servers go on.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly DEAD=4088 # servers of addresses to which there is no route

# On two shared cores 0.2 to 0.4 s, which is the reload; 0.2 s while the servers fail. Work that grows with the square of the farm takes 40 s and more.
readonly LONGEST_STALL=5

log_has_lines() { (($(log_lines "$1") >= $2)); } # EVENT COUNT
metric() { director_get /metrics | awk -v name="$1" '$1 == name { print $2 }'; }

four_take_calls() {
    status_is '[.pools[].servers[] | select(.takes_new).name] | sort == ["server1", "server2", "server3", "server4"]'
}

# ask_all_the_while: status and metrics, until the last dead server is known as such.
ask_all_the_while() {
    local deadline=$((SECONDS + 300))
    until log_has_lines server_down "$DEAD"; do
        ((SECONDS < deadline)) || return 1
        director_get /metrics >"$WORK/metrics" && director_get /v1/status >"$WORK/status" || return 1
    done
}

main() {
    local stall
    e2e_begin large-farm "$@"
    start_proxies record-route
    start_director "$PATIENT_PROBES | .on_exit = \"leave\""
    begin_traffic 10
    await_established 20
    reload_director "
        .pools[0].probe.fall = 3 |
        .pools[0].servers += [range($DEAD) | {name: \"dead\(.)\", address: \"10.\(. / 65536 | floor).\(. / 256 | floor % 256).\(. % 256)\"}]" \
        config_in_force
    check "each dead server is found, and the daemon answers meanwhile" ask_all_the_while
    check "the four that are there take all new calls" wait_until 60 four_take_calls
    stall=$(metric sipsteer_loop_longest_stall_seconds)
    comment "longest stall of the event loop: $stall s"
    check "the event loop never stood still for $LONGEST_STALL s" awk -v s="$stall" -v most=$LONGEST_STALL 'BEGIN { exit s >= most }'
    more_calls 20
    end_traffic
    check_undisturbed "while $DEAD servers fail"
    e2e_end
}

main "$@"
