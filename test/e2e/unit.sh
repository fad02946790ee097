#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The daemon with the system calls and the capabilities that its systemd unit leaves it, and no others: start,
# reload, another size of the table, the API over TLS, a trace, the stop, a start that takes the calls over, and
# the removal. Under systemd a call that the unit does not allow fails; here the kernel kills the daemon.
#
# shellcheck disable=SC2317  # check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly UNIT=$PROJECT_DIR/deploy/systemd/sipsteerd.service
readonly SERVER=/v1/pools/proxies/servers/server1

# From here on SIPSTEERD is the daemon as the unit starts it.
enter_unit() {
    printf '#!/bin/sh\nexec "%s" "%s" "%s" "$@"\n' "$E2E_DIR/as_unit.py" "$UNIT" "$SIPSTEERD" >"$WORK/sipsteerd"
    chmod +x "$WORK/sipsteerd"
    SIPSTEERD=$WORK/sipsteerd
}

is_killed_outside() {
    local code=0
    "$E2E_DIR/as_unit.py" "$UNIT" /usr/bin/unshare --mount true 2>/dev/null || code=$?
    ((code == 128 + 31)) || { echo "# exit code $code"; return 1; } # SIGSYS
}

status_line() { sed -n "s/^$1:\t//p" "/proc/$(director_pid)/status"; } # FIELD

prepare_api() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=director \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/key.pem" -out "$WORK/certificate.pem" 2>"$WORK/openssl.log"
    printf '[{"name": "root", "role": "admin", "sha256": "%s"}]\n' "$(printf secret | sha256sum | cut -d ' ' -f 1)" \
        >"$WORK/tokens.json"
    chmod 600 "$WORK/tokens.json" "$WORK/key.pem"
}

# api_over_tls METHOD PATH [BODY]: the status.
api_over_tls() {
    on_host director curl --silent --max-time 60 --cacert "$WORK/certificate.pem" --output /dev/null \
        --write-out '%{http_code}' --request "$1" --header 'Authorization: Bearer secret' \
        ${3:+--header 'Content-Type: application/json' --data "$3"} "https://127.0.0.1:8443$2"
}

entries_are() { status_is ".calls.live == $1"; }

starts() {
    start_director '.on_exit = "leave" | .api += {socket_group: "nogroup", tokens_file: "'"$WORK"'/tokens.json",
        listen: [{address: "127.0.0.1:8443", tls: {certificate: "'"$WORK"'/certificate.pem", key: "'"$WORK"'/key.pem"}}]}'
    ok "the daemon starts, and all servers are up"
    check_equal "it has a filter, and four capabilities at most" "2 0000000000203001" \
        "$(status_line Seccomp) $(status_line CapBnd)"
    check_equal "the socket has its group" nogroup "$(stat -c %G "$(director_file api.sock)")"
    send_request OPTIONS unit-1 "$VIP" 5060
    check "it steers" wait_until 60 entries_are 1
}

changes() {
    check "it takes a new configuration" reload_director '.pools[0].servers[0].weight = 50' config_in_force
    check "and another size of the table" reload_director '.calls.capacity = 20000' config_in_force
    check "and one that is saved" test "$(api_over_tls PATCH "$SERVER" '{"weight": 60}')" = 200
    check_equal "the API over TLS reads" 200 "$(api_over_tls GET /v1/status)"
    check_equal "the page is there" 200 "$(api_over_tls GET /)"
    check_equal "the metrics are there" 200 "$(api_over_tls GET /metrics)"
    check "a bad configuration is refused" reload_director '.log_level = "loud"' config_refused
    director_config '.log_level = "info"'
}

traces() {
    on_host director curl --silent --no-buffer --max-time 60 --unix-socket "$(director_file api.sock)" \
        'http://localhost/v1/trace?count=1' --output "$WORK/trace.pcapng" &
    STARTED+=($!)
    check "a trace begins" wait_until 60 test -s "$WORK/trace.pcapng"
    send_request OPTIONS unit-2 "$VIP" 5060
    check "and ends with the packet" wait "${STARTED[-1]}"
    check_equal "which is in it" 1 "$(tshark -r "$WORK/trace.pcapng" 2>/dev/null | grep -c OPTIONS)"
}

starts_again() {
    check "it ends at SIGTERM" end_director TERM
    start_again
    check "it takes the calls over" wait_until 60 status_is '.calls.live >= 1 and all(.pools[].servers[]; .takes_new)'
    check "it ends" end_director TERM
    check_equal "it removes what it left" 0 \
        "$(sipsteerd_exit "$WORK/detach.log" --detach --config "$(director_file config.json)")"
    check_no_traces "after that"
}

if ! command -v systemd-analyze >/dev/null; then
    echo "skipped: no systemd-analyze says which calls the unit allows"
    exit 77
fi
e2e_begin unit "$@"
check "a call that the unit does not allow ends a program" is_killed_outside
enter_unit
prepare_api
start_proxies record-route
starts
changes
traces
starts_again
e2e_end
