# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The daemon under test as a lab's director. Sourced by lib.sh.

director_tool() { # COMMAND [OPTION...]
    local command=$1 options=(--name "$LAB")
    shift
    ((FAMILY == 4)) || options+=(--ipv6)
    "$DEMO_DIR/director" "$command" "$@" "${options[@]}" --mode "$XDP_MODE"
}

# start_director JQ-FILTER: sipsteerd, its usual configuration changed by the filter (. leaves it as
# it is); all servers are up when this returns. The proxies must run.
start_director() { director_tool start --filter "$1"; }

# For tests in which no server fails: none is taken for dead because a busy machine answers probes late.
# shellcheck disable=SC2034
readonly PATIENT_PROBES='.pools[0].probe.fall = 20'

stop_director() { director_tool stop; }

# GET PATH from the daemon's API.
director_get() { director_tool get "$1"; }

start_proxies() { # MODE
    "$DEMO_DIR/proxies" start --name "$LAB" --mode "$1"
}
