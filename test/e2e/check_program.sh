#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sipsteerd --check-program: the kernel's answer, alone and beside a daemon that runs. It leaves nothing behind.
#
# shellcheck disable=SC2317  # check calls functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

ANSWER=''

field() { sed -n "s/^$1: //p" "$ANSWER"; }

# check_taken DESCRIPTION OPTION...: the kernel takes the program.
check_taken() {
    local what=$1
    shift
    ANSWER=$WORK/answer
    check_equal "$what: the kernel takes the program" 0 "$(sipsteerd_exit "$ANSWER" --check-program "$@")"
    check_equal "$what: it names the kernel" "$(uname -r) $(uname -m)" "$(field kernel)"
    check "$what: it names the tag" grep -qx '[0-9a-f]\{16\}' <<<"$(field tag)"
    check "$what: the verifier followed instructions" test "$(field 'verified instructions')" -gt 1000
}

# without_capabilities SET: exit code of an attempt with this bounding set.
without_capabilities() {
    local code=0
    on_host director setpriv --bounding-set "$1" --inh-caps "$1" "$SIPSTEERD" --check-program >"$ANSWER" 2>&1 || code=$?
    printf '%d\n' "$code"
}

attached_tag() {
    local id
    id=$(director_programs | awk 'NR == 1 { print $3 }')
    bpftool --json prog show id "$id" | jq -r .tag
}

main() {
    local before
    e2e_begin check-program "$@"
    require_root_and setpriv bpftool
    check_taken "without a configuration"
    check_no_traces "after it"

    start_proxies record-route
    start_director "$PATIENT_PROBES"
    before=$(director_traces)
    check_taken "beside a daemon" --config "$(director_file config.json)"
    check_equal "the tag is that of the attached program" "$(attached_tag)" "$(field tag)"
    check_equal "programs, VIP and pins are as they were" "$before" "$(director_traces)"
    check "the daemon goes on" status_is '[.pools[].servers[] | select(.health == "up")] | length == 4'

    check_equal "without capabilities it fails" 1 "$(without_capabilities -bpf,-sys_admin)"
    check "it says why, and the remedy" grep -q 'not permitted; run it as root, or give it CAP_BPF' "$ANSWER"
    check_equal "without CAP_PERFMON the verifier refuses it" 1 "$(without_capabilities -perfmon,-sys_admin)"
    check "the verifier's last lines are there" grep -q '^verifier: processed [0-9]* insns' "$ANSWER"
    check "the remedy is there" grep -q 'keep the version that runs' "$ANSWER"
    check_equal "a configuration with an error is refused" 2 \
        "$(sipsteerd_exit "$ANSWER" --check-program --config /dev/null)"
    check_equal "a start needs a configuration" 2 "$(sipsteerd_exit "$ANSWER")"
    check "it says so" grep -q -e '--config is required' "$ANSWER"
    check_equal "programs, VIP and pins are as they were still" "$before" "$(director_traces)"
    e2e_end
}

main "$@"
