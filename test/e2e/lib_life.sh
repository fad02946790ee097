# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the daemon's life: starting, stopping, reloading it while calls run (lib_calls.sh).
# Sourced after lib.sh.
#
# shellcheck disable=SC2016,SC2034,SC2153,SC2317  # jq filters; what the tests read or call

TRAFFIC_RESULT='' # of the latest run of calls

# shellcheck source=test/e2e/lib_calls.sh
. "$E2E_DIR/lib_calls.sh"

# --- the daemon -------------------------------------------------------------------------------------

director_file() { printf '%s/director/%s\n' "$RUN_DIR" "$1"; }

director_pid() { cat "$(director_file pid)"; }

# end_director SIGNAL: and waits until it is gone.
end_director() {
    kill -"$1" "$(director_pid)" || return 1
    wait_until 60 is_gone "$(director_pid)"
}

# As tools/demo/director starts it, but with the configuration that it had last.
start_again() {
    setsid nsenter --net="/run/netns/$(host_get director netns)" -- \
        "$SIPSTEERD" --config "$(director_file config.json)" >"$(director_file log)" 2>&1 </dev/null &
    echo $! >"$(director_file pid)"
}

# sipsteerd_exit LOG OPTION...: runs sipsteerd on the director, prints its exit code; 124 if it does not
# end by itself.
sipsteerd_exit() {
    local log=$1 code=0
    shift
    on_host director timeout -k 2 60 "$SIPSTEERD" "$@" >"$log" 2>&1 || code=$?
    printf '%d\n' "$code"
}

# director_config JQ-FILTER: replaces the running daemon's configuration file.
director_config() {
    jq "$1" "$(director_file config.json)" >"$WORK/config.json"
    cp "$WORK/config.json" "$(director_file config.json)"
}

log_lines() { # EVENT: how many lines of it the daemon's log has
    grep -c "event=$1\( \|$\)" "$(director_file log)" || true
}

log_has_more() { (($(log_lines "$1") > $2)); } # EVENT COUNT

# reload_director JQ-FILTER EVENT: a new configuration; returns when EVENT is in the log.
reload_director() {
    local before
    before=$(log_lines "$2")
    director_config "$1"
    kill -HUP "$(director_pid)"
    wait_until 60 log_has_more "$2" "$before"
}

# status_is JQ-CONDITION: true of the daemon's status.
status_is() { director_get /v1/status | jq -e "$1" >/dev/null; }

server_is() { # SERVER JQ-CONDITION
    status_is "[.pools[].servers[] | select(.name == \"$1\")] | length == 1 and all($2)"
}

# Ids of the XDP programs on the director's interfaces, "interface mode id" a line. Mode: 1 native,
# 2 generic.
director_programs() {
    on_host director ip -j link show | jq -r '.[] | select(.xdp) | "\(.ifname) \(.xdp.mode) \(.xdp.prog.id)"'
}

# vip_places VIP: the director's interfaces it is on.
vip_places() {
    on_host director ip -j addr show | jq -r --arg vip "$1" '
        .[] | select(any(.addr_info[]; .local == $vip)) | .ifname'
}

# All that a daemon leaves on the director, as text to compare: programs, VIPs, pins, its record of VIPs.
director_traces() {
    director_programs
    printf 'VIP on %s\n' "$(vip_places "$VIP")"
    # Where no bpffs is at /sys/fs/bpf, ip and tc, other labs' too, make folders in the first one they find.
    find "$(jq -r .bpffs <<<"$LAB_INFO")" -mindepth 1 ! -name '*.debug' \
        ! -regex '.*/bpf/\(ip\|tc\|xdp\)\(/.*\)?' | sort
    cat "$(director_file state/addresses.json)" 2>/dev/null || true
}

check_no_traces() { # DESCRIPTION
    check_equal "$1: no program, no VIP, no pins" \
        "VIP on " "$(director_traces)"
}

# api METHOD PATH [BODY]: what the daemon's API answers, and the status code in a line of its own.
api() {
    curl --silent --max-time 60 --unix-socket "$(director_file api.sock)" --write-out '%{http_code}\n' \
        --request "$1" ${3:+-H 'Content-Type: application/json' --data-binary "$3"} "http://localhost$2"
}

# api_body METHOD PATH [BODY]: the answer alone, a line.
api_body() {
    local answer
    answer=$(api "$@")
    printf '%s\n' "${answer%%$'\n'*}"
}

# call_json CALL-ID: what the API says of it in the lab's only stateful pool.
call_json() { api_body GET "/v1/calls/$1" | jq -c '.pools[0]'; }

# --- single requests --------------------------------------------------------------------------------

# send_request METHOD CALL-ID VIP PORT: from user1, as one datagram. Nobody waits for an answer.
send_request() {
    local to
    to=$(in_uri "$3"):$4
    on_host user1 bash -c 'printf "%s\r\n" "$1 sip:user2@$2 SIP/2.0" \
        "Via: SIP/2.0/UDP $2;branch=z9hG4bK$RANDOM$RANDOM" "Max-Forwards: 0" "From: <sip:a@$2>;tag=1" \
        "To: <sip:b@$2>" "Call-ID: $3" "CSeq: 1 $1" "Content-Length: 0" "" |
        dd bs=8192 iflag=fullblock status=none >"/dev/udp/$4/$5"' - "$1" "$to" "$2" "$3" "$4"
}

# --- what became of calls ---------------------------------------------------------------------------

# first_servers: "server calls moved" a line: calls that began at it, and how many of them were seen at
# another one later.
first_servers() {
    awk '!($2 in first) { first[$2] = $3; calls[$3]++ }
        first[$2] != $3 && !moved[$2]++ { moves[first[$2]]++ }
        END { for (server in calls) print server, calls[server], moves[server] + 0 }' "$WORK/messages" | sort
}

now() { date +%s.%N; }

# seconds_between FROM TO
seconds_between() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f\n", to - from }'; }

is_running() { kill -0 "$1" 2>/dev/null; }
