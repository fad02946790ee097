#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A thousand requests a second to the API of a daemon that steers calls, two writers among them: every
# answer is right, no change is lost, no call notices, and probes and sweep go on.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

sweeps() { director_get /metrics | awk '$1 == "sipsteer_sweep_passes_total" { print $2 }'; }

counted_requests() { # METHOD
    director_get /metrics | awk -v method="method=\"$1\"" '
        index($1, "sipsteer_api_requests_total{") == 1 && index($1, method) { sum += $2 } END { print sum + 0 }'
}

e2e_begin api-load "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"' | .pools[0].servers[3].max_calls = 100000'
begin_traffic 60
before=$(sweeps)
result=$("$E2E_DIR/api_load.py" "$(director_file api.sock)" --seconds 6 --rate 1200)
comment "$(jq -c 'del(.faults)' <<<"$result")"
check_json "every answer is right" '.fault_count == 0 and .requests > 0' "$(jq -c '{fault_count, requests, faults}' <<<"$result")"
check_json "two writers changed something, and no change is lost" '.changes > 1 and .counted == .changes' \
    "$(jq -c '{changes, refused, counted}' <<<"$result")"
check_equal "the daemon has counted the changes and refusals" \
    "$(jq .by_method.PATCH <<<"$result")" "$(counted_requests PATCH)"
check "the sweep goes on" test "$(sweeps)" -gt "$before"
more_calls 60
end_traffic
check_undisturbed "calls"
check_json "probes go on: no server was down" '.events == []' "$(director_get '/v1/events?type=server_down')"
check_json "the log has no error" '. == 0' "$(grep -c ' error event=' "$(director_file log)" || true)"
e2e_end
