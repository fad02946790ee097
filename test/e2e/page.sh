#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The page in a real browser, on a farm with calls: it shows what the API says, drains and enables a
# server, explains a call, says when the daemon is gone. --picture FILE keeps a screenshot.
#
# shellcheck disable=SC2317  # functions that check calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

PICTURE=()
if [[ ${1:-} == --picture && $# -gt 1 ]]; then
    PICTURE=(--picture "$(realpath -m "$2")")
    shift 2
fi
for program in chromium chromedriver; do
    if ! command -v "$program" >/dev/null; then
        echo "skipped: $program is missing; install the packages listed in tools/packages.txt"
        exit 77
    fi
done

# browse CALL-ID: page_browser.py looks, at that call among others; its lines are the checks.
browse() {
    "$E2E_DIR/page_browser.py" --socket "$(director_file api.sock)" --pid "$(director_pid)" --directory "$WORK" \
        --call-id "$1" "${PICTURE[@]}" || FAILED_CHECKS=$((FAILED_CHECKS + 1))
}

e2e_begin page "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"' | .pools[0].servers[3].weight = 50'
begin_traffic 40
send_request INVITE page-call "$VIP" 5060
browse page-call
e2e_end
