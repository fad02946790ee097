#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The configuration changed over the API of the real daemon: in force at once, after a crash, too; and
# when the operator's file wins. The daemon's answers are what its /openapi.json says.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly SERVER=/v1/pools/proxies/servers/server1

# api METHOD PATH [BODY [CURL-OPTION...]]: prints what is answered.
api() {
    local method=$1 path=$2 body=${3:-}
    shift $(($# < 3 ? $# : 3))
    curl --silent --max-time 5 --unix-socket "$(director_file api.sock)" --request "$method" \
        --header 'Content-Type: application/json' ${body:+--data "$body"} "$@" "http://localhost$path"
}

api_status() { api "$@" --output /dev/null --write-out '%{http_code}\n'; } # as api, BODY needed

# What the data plane goes by, not what is configured.
check_weight() { # DESCRIPTION WEIGHT RING-SHARE
    check_json "$1" ".weight == $2 and .status.weight_now == $2
        and .status.ring_share > $3 - 0.01 and .status.ring_share < $3 + 0.01" "$(api GET "$SERVER")"
}

# Tokens for TCP, of an administrator and for reading; the daemon's file of them.
readonly TOKENS=(admin-token read-token)

write_tokens() {
    jq -n --arg admin "$(printf %s "${TOKENS[0]}" | sha256sum | cut -d ' ' -f 1)" \
        --arg read "$(printf %s "${TOKENS[1]}" | sha256sum | cut -d ' ' -f 1)" \
        '[{name: "admin", role: "admin", sha256: $admin}, {name: "read", role: "read-only", sha256: $read}]'
}

contract() {
    local code=0
    send_request INVITE contract-call "$VIP" 5060
    on_host director "$E2E_DIR/api_contract.py" "$(director_file api.sock)" --file "$(director_file config.json)" \
        --call contract-call --tcp 127.0.0.1:8080 --tokens "${TOKENS[@]}" || code=$?
    case $code in
    0) ;;
    77) exit 77 ;;
    *) FAILED_CHECKS=$((FAILED_CHECKS + 1)) ;;
    esac
}

a_weight() {
    check_json "a dry run says what moves" '.rings[0].moved_share > 0.3 and .rings[0].moved_share < 0.4
        and .changes.servers.changed[0].fields == ["weight"]' \
        "$(api PATCH "$SERVER?dry_run=true" '{"weight": 400}')"
    check_weight "and changes nothing" 100 0.25
    check_json "a new server counts as up" '.rings[0].moved_share > 0.15 and .rings[0].moved_share < 0.25
        and .changes.servers.added == [{pool: "proxies", server: "server5"}]' \
        "$(api PUT "${SERVER%1}5?dry_run=true" "{\"address\": \"$(host_address server4 "$FAMILY")\", \"port\": 5061}")"
    check_json "the weight is changed" '.changed and .dry_run == false and .warnings == []' \
        "$(api PATCH "$SERVER" '{"weight": 400}')"
    check_weight "the ring has moved when the answer is there" 400 0.571
}

two_writers() {
    local tag
    tag=$(api GET "$SERVER" '' --dump-header - --output /dev/null | sed -n 's/^ETag: \(.*\)\r$/\1/p')
    api_status PATCH "$SERVER" '{"tier": 1}' --header "If-Match: $tag" >"$WORK/first" &
    STARTED+=($!)
    api_status PATCH "$SERVER" '{"max_calls": 9}' --header "If-Match: $tag" >"$WORK/second"
    wait "${STARTED[-1]}"
    check_equal "of two writers with the same tag one wins" "200 412" \
        "$(sort "$WORK/first" "$WORK/second" | paste -sd ' ')"
    api PATCH "$SERVER" '{"tier": 0, "max_calls": 0}' >/dev/null
}

is_ready() { [[ $(api_status GET /readyz '') == 200 ]]; }

readiness() {
    local interface mode entries pass
    pass=$(dirname "$RUN_DIR")/pass.o
    check_equal "the daemon is ready" '{"status":"ready"}' "$(api GET /readyz)"
    read -r interface mode _ <<<"$(director_programs)"
    mode=$([[ $mode == 1 ]] && echo xdpdrv || echo xdpgeneric)
    on_host director ip -force link set dev "$interface" "$mode" object "$pass" section xdp.frags
    check_json "and is not when an interface has another program in the place of ours" \
        ".status == 503 and (.detail | contains(\"interface $interface: \"))" "$(api GET /readyz)"
    check_json "but it lives" '.status == "alive"' "$(api GET /healthz)"

    entries=$(director_get /v1/status | jq .calls.entries)
    check_json "a change that other programs do not let come into force as a whole says so" \
        '.changed and (.warnings | length) == 1 and (.warnings[0] | contains("another XDP program is attached"))' \
        "$(api PATCH /v1/config '{"calls": {"capacity": 30000}}')"
    check_json "the table has its size" ".entries != $entries and .entries >= 30000" \
        "$(director_get /v1/status | jq -c .calls)"
    on_host director ip link set dev "$interface" "$mode" off
    check "our program comes back by itself when there is room for it" wait_until 60 is_ready
}

restarts() {
    end_director KILL
    start_director .
    check_equal "it starts with what was saved" 1 "$(log_lines saved_config)"
    check_weight "the change is in force after a crash" 400 0.571
    check_json "the history has outlived it: who, what, the old and the new value" \
        '[.entries[] | select(.change | contains("weight: 100 -> 400"))] | length == 1
        and (.[0].who | startswith("uid ")) and (.[0].request | startswith("PATCH /v1/pools/"))' \
        "$(api GET /v1/config/history)"
    end_director TERM
    write_tokens >"$WORK/tokens.json"
    start_director '.pools[0].servers[1].weight = 300 | .api += {
        tokens_file: "'"$WORK"'/tokens.json", listen: [{address: "127.0.0.1:8080"}]}'
    check_weight "an edited file wins" 100 0.167
    check_equal "the log says so" 1 "$(log_lines config_file_wins)"
    check_equal "the changes are kept aside" 400 \
        "$(jq '.config.pools[0].servers[0].weight' "$(director_file state/config.json.old)")"
}

the_file() {
    api PATCH "$SERVER" '{"weight": 200}' >/dev/null
    check_equal "the file takes the changes" "200 200" "$(api_status POST /v1/config/save '{"to": "file"}') \
$(jq '.pools[0].servers[0].weight' "$(director_file config.json)")"
    api PATCH "$SERVER" '{"weight": 1}' >/dev/null
    check "SIGHUP reads it" reload_director . config_in_force
    check_weight "and it wins" 200 0.286
    check_equal "the history knows the reload" reload "$(api GET /v1/config/history | jq -r '.entries[0].request')"
    on_host director "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" config rollback >"$WORK/rollback"
    check_weight "a rollback puts the change in force again" 1 0.002
    check "and names it" grep -q 'weight: 200 -> 1' "$WORK/rollback"
    on_host director "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" config rollback >"$WORK/rollback"
    check_weight "and the one after that goes back" 200 0.286
    check_equal "a level of the log" '"debug"' "$(api PUT /v1/log_level '{"log_level": "debug"}' | jq .log_level)"
    check "is in force" grep -q 'event=api_request ' "$(director_file log)"
}

e2e_begin api-config "$@"
start_proxies record-route
start_director .
a_weight
two_writers
readiness
restarts
the_file
contract
e2e_end
