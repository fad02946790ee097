#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How the program is attached: native, generic, and what "auto" makes of an interface that has no native
# XDP. What a start that fails leaves: all that was there before, and nothing else.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

# Interfaces and modes by the status: "eth0 native" a line.
modes() { director_get /v1/status | jq -r '.interfaces[] | "\(.name) \(.mode)"'; }

# The same by the kernel.
kernel_modes() { director_programs | awk '{ print $1, $2 == 1 ? "native" : "generic" }'; }

check_modes() { # DESCRIPTION EXPECTED
    check_equal "$1: the status says so" "$2" "$(modes)"
    check_equal "$1: so does the kernel" "$2" "$(kernel_modes | sort -r -k2)"
}

# check_refused DESCRIPTION JQ-FILTER MESSAGE: a start with this configuration fails with exit code 1 and
# leaves what was there.
check_refused() {
    local before log=$WORK/refused.log
    director_config "$2"
    before=$(director_traces | grep -v '^[^ ]* [12] [0-9]*$' || true)
    check_equal "$1: refused" 1 "$(sipsteerd_exit "$log" --config "$(director_file config.json)")"
    check "it says why: $3" grep -q "$3" "$log"
    check_equal "$1: VIP and pins are as before" "$before" \
        "$(director_traces | grep -v '^[^ ]* [12] [0-9]*$' || true)"
}

e2e_begin modes "$@"
ETH0=$(jq -r '.director.attach[0]' <<<"$LAB_INFO")
start_proxies record-route

XDP_MODE=auto
start_director '.on_exit = "leave" | .interfaces += [{name: "lo", mode: "auto"}]'
check_modes "auto, with an interface that has no native XDP" "$ETH0 native"$'\n'"lo generic"
check "the fall-back is warned of, with its reason" \
    grep -q ' warn  event=xdp_generic interface=lo problem=.*native' "$(director_file log)"

end_director TERM
check_refused "lo in native mode" '.interfaces[1].mode = "native"' 'interface lo: cannot attach in native mode'
check_equal "the program stays where it was, in the mode it had" "$ETH0 native"$'\n'"lo generic" \
    "$(kernel_modes | sort -r -k2)"

start_director '.on_exit = "leave"'
check_modes "started without lo, it takes the program off it" "$ETH0 native"

end_director TERM
XDP_MODE=generic
start_director '.on_exit = "detach"'
check_modes "native before, generic now" "$ETH0 generic"
check "the change of mode is warned of" grep -q ' warn  event=xdp_mode_change' "$(director_file log)"
result=$(traffic_result --mode record-route --calls 200 --rate 200)
check_json "generic mode steers" '.failed == 0 and .split_calls == 0 and .missing_calls == 0' "$result"
end_director TERM
check_no_traces "on_exit detach"

check_refused "a fresh start that fails at its last interface" \
    '.interfaces = [{name: "'"$ETH0"'"}, {name: "lo", mode: "native"}]' \
    'interface lo: cannot attach in native mode'
check_no_traces "after that"
check_refused "a fresh start that cannot put the VIP there" \
    '.interfaces = [{name: "'"$ETH0"'"}] | .services[0].vip_interface = "eth9"' 'eth9'
check_no_traces "after that"
e2e_end
