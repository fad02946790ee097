#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sipsteer trace: what it shows is held against what the servers got, frame by frame, while real calls run,
# some with INVITEs in fragments, in order and reversed. Each filter; four clients at once; HEP; a client and
# a daemon that are killed. While nobody traces, the data plane shows nothing.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_fragments.sh
. "$E2E_DIR/lib_fragments.sh"

readonly HEP_PORT=9060

# --- traces -----------------------------------------------------------------------------------------

# start_trace NAME OPTION...: sipsteer trace into NAME.pcapng, in the director's namespace; it has begun
# when this returns. Its pid is LAST_PID, what it says is in NAME.said.
start_trace() {
    local name=$1
    shift
    start_on director "$WORK/$name.said" "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" \
        trace -w "$WORK/$name.pcapng" "$@"
    wait_until 60 test -s "$WORK/$name.pcapng" || die "no trace begins: $(cat "$WORK/$name.said")"
}

# end_trace NAME PID [SIGNAL]: as Ctrl-C does; checks how it ends.
end_trace() {
    local code=0
    stop_pid "$2" "${3:-INT}" || code=$?
    check_equal "$1: ends well, nothing was lost" "0 0 lost" "$code $(grep -o '[0-9]* lost' "$WORK/$1.said")"
    check_file "$1"
}

# check_file NAME: other programs read it without a complaint.
check_file() {
    local packets
    packets=$(sed -n 's/ packets traced.*//p' "$WORK/$1.said")
    capinfos "$WORK/$1.pcapng" >"$WORK/capinfos" 2>"$WORK/complaints" || echo "capinfos fails" >>"$WORK/complaints"
    comments_of "$1" >"$WORK/comments"
    check_equal "$1: capinfos and tshark read all $packets packets, with nanoseconds" "$packets $packets 0x09" \
        "$(wc -l <"$WORK/comments") $(sed -n 's/^ *Number of packets = //p' "$WORK/capinfos" | tail -n 1) \
$(sed -n 's/^ *Time resolution = //p' "$WORK/capinfos" | sort -u)"
    check_equal "$1: they have nothing to say against it" '' \
        "$(cat "$WORK/complaints" "$WORK/tshark.log" | grep -v '^Running as user' || true)"
}

comments_of() { tshark -n -r "$WORK/$1.pcapng" -T fields -e frame.comment 2>"$WORK/tshark.log"; }

# The taps as the data plane has them.
taps_on() {
    bpftool -j map lookup pinned "$(jq -r .pin_dir "$(director_file config.json)")/maps-v"*/taps key 0 0 0 0 |
        jq '[.formatted.value.tap[].on] | add'
}

taps_are() { [[ $(taps_on) == "$1" ]]; }

compare() { # OPTION...: sets RESULT
    local captures=()
    mapfile -t captures < <(printf "$WORK/%s.pcap\n" "${SERVERS[@]}")
    RESULT=$(python3 -B "$E2E_DIR/trace_check.py" "$@" --until "$UNTIL" --servers "${captures[@]}")
}

# --- cases ------------------------------------------------------------------------------------------

record_invites() {
    vip_neighbour replace
    measure_fillers
    capture_invites reversed 5
    vip_neighbour del
}

# Calls, and INVITEs in fragments, while four clients trace.
trace_calls() {
    local pids=() user2
    user2=$(host_address user2 "$FAMILY")
    start_trace all; pids+=("$LAST_PID")
    start_trace server --server proxies/server2; pids+=("$LAST_PID")
    start_trace new --reason call_new --snap 100; pids+=("$LAST_PID")
    start_trace source --source "$user2"; pids+=("$LAST_PID")
    check_equal "a fifth client is refused" 503 "$(api GET /v1/trace | tail -n 1)"
    check "the metrics count the four" grep -qx 'sipsteer_trace_clients 4' <<<"$(director_get /metrics)"
    begin_traffic 60 60
    await_established 60
    end_traffic
    check_undisturbed "60 calls that are traced"
    for _ in {1..5}; do
        on_host user2 "$DEMO_DIR/sip-options" "$VIP" 10 "$user2" >/dev/null || true
    done
    send_recorded reversed 12
    capture_invites in-order 5
    UNTIL=$(now)
    stop_server_captures
    end_trace all "${pids[0]}"
    end_trace server "${pids[1]}" TERM
    end_trace new "${pids[2]}"
    end_trace source "${pids[3]}"
    check "with the last client the tap goes off" wait_until 60 taps_are 0
}

check_calls() {
    compare --trace "$WORK/all.pcapng"
    comment "$RESULT"
    check_json "the trace has what the servers got, byte for byte, each once, and nothing else" \
        '.frames > 200 and .missing == 0 and .foreign == 0' "$RESULT"
    check_json "each comment names the server that the frame went to" '.elsewhere == 0' "$RESULT"
    check_json "each of 50 fragments has its Call-ID, also those that overtook the first and were held" \
        '.fragments == 50 and .fragments_of_call == 50 and .reasons.fragment_held == 15' "$RESULT"
    check_json "the times are those of now, and go on" '.backwards == 0 and .age < 900 and .age > 0' "$RESULT"
    compare --trace "$WORK/server.pcapng" --only-server server2
    check_json "--server: all that server2 got" '.frames > 20 and .missing == 0 and .foreign == 0' "$RESULT"
    compare --trace "$WORK/source.pcapng" --only-source "$(host_address user2 "$FAMILY")"
    check_json "--source: all that came from there" '.frames >= 5 and .missing == 0 and .foreign == 0' "$RESULT"
    check_equal "--reason: the first message of each call, also in fragments, cut to 100 bytes" "80 100" \
        "$(comments_of new | grep -c ' reason=call_new .*method=INVITE ') \
$(tshark -n -r "$WORK/new.pcapng" -T fields -e frame.cap_len 2>"$WORK/tshark.log" | sort -n | tail -n 1)"
}

# One call, in three fragments each time: in order, and reversed. To a Homer collector, too.
trace_call() {
    local call trace hep
    call="lcall-------0001@$(in_uri "$(host_address user1 "$FAMILY")")"
    start_on director "$WORK/hep.json" python3 -B "$E2E_DIR/trace_hep.py" "$HEP_PORT"
    hep=$LAST_PID
    wait_until 60 udp_is_bound director "$HEP_PORT" || die "the collector does not start"
    start_trace call --call-id "$call" --hep "127.0.0.1:$HEP_PORT" --hep-id 2001
    trace=$LAST_PID
    capture_invites call 2
    send_recorded call 12 reversed
    check "--hep: the collector gets the message, twice" wait_until 60 hep_has 2
    end_trace call "$trace"
    stop_pid "$hep" || true
    check_equal "--call-id: the fragments of that call; besides them, ICMP errors from user1, who has gone" \
        "1 call_hit 1 call_new 2 fragment 2 fragment_held" "$(reasons_of call)"
    check_equal "each packet says that it is of that call, and all went to one server" "0 1" \
        "$(comments_of call | grep -cvF " call_id=$call") $(comments_of call | grep -o ' server=[^ ]*' | sort -u | wc -l)"
    check_json "what the collector got is a SIP message of that call, between user1 and the VIP, of now" \
        "$(hep_is_good "$call")" "$(jq -s . "$WORK/hep.json")"
}

hep_has() { (($(wc -l <"$WORK/hep.json") >= $1)); }

reasons_of() { comments_of "$1" | sed 's/.* reason=\([^ ]*\).*/\1/' | grep -v icmp_error | sort | uniq -c | xargs; }

hep_is_good() { # CALL-ID: a condition
    jq -nr --arg call "$1" --arg vip "$VIP" --arg user "$(host_address user1 "$FAMILY")" --argjson now "$(date +%s)" \
        --argjson family "$((FAMILY == 4 ? 2 : 10))" --arg payload "$(python3 -B "$E2E_DIR/trace_check.py" \
            --payload-of "$1" --servers "$WORK/call.pcap")" '
        {family: $family, protocol: 17, source: $user, destination: $vip, source_port: 5060, destination_port: 5060,
            type: 1, agent: 2001, correlation: $call, payload: $payload} as $expected |
        "length == 2 and all(.[]; .seconds > \($now - 300) and .seconds <= \($now) and .microseconds < 1000000 and
            (del(.seconds, .microseconds) == \($expected)))"'
}

# A trace that ends by itself, by another client of the API.
trace_by_curl() {
    curl --silent --max-time 90 --unix-socket "$(director_file api.sock)" \
        "http://localhost/v1/trace?count=2&reason=call_new" >"$WORK/curl.pcapng" &
    STARTED+=($!)
    local curl=$!
    wait_until 60 test -s "$WORK/curl.pcapng" || true
    send_request OPTIONS curl-1 "$VIP" 5060
    send_request OPTIONS curl-2 "$VIP" 5060
    check "count=2: the trace ends by itself" wait_until 60 is_gone "$curl"
    stop_pid "$curl" || true
    check_equal "curl has it whole" "curl-1 curl-2" "$(comments_of curl | sed 's/.* call_id=//' | xargs)"
}

# Who has gone gets nothing more.
killed() {
    start_trace gone
    check "while somebody traces the tap is on" taps_are 1
    { stop_pid "$LAST_PID" KILL || true; } 2>/dev/null # bash tells of it
    check "a client that is killed: the tap goes off" wait_until 60 taps_are 0
    start_trace orphan
    end_director KILL
    check "a daemon that is killed leaves it on" taps_are 1
    stop_pid "$LAST_PID" CONT && code=0 || code=$?
    check_equal "its client says so" "3 1" "$code $(grep -c 'the connection to the daemon ended' "$WORK/orphan.said")"
    start_director .
    check "the next one turns it off" taps_are 0
    start_trace stopped
    end_director TERM
    code=0
    stop_pid "$LAST_PID" CONT || code=$?
    check_equal "a daemon that is stopped ends its traces well" "3 1" \
        "$code $(grep -c 'the daemon ended the trace' "$WORK/stopped.said")"
    check_file stopped
}

e2e_begin trace "$@"
record_invites
start_proxies record-route
start_director .
check "nobody traces: all taps are off" taps_are 0
start_server_captures
trace_calls
check_calls
trace_call
trace_by_curl
killed
e2e_end
