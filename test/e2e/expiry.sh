#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How long calls are kept: as the configuration says, by their state, and seen through the API; and what
# an operator finds out about a call, and does to it.
#
# Time in the call table has a grain of 2.1 s: an entry may stay two grains longer than its lifetime,
# and a pass of the sweep (2 s) on top of that: 7 s, where nothing else runs.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

send() { send_request "$1" "$2" "$VIP" 5060; } # METHOD CALL-ID

calls_by_state() {
    director_get '/v1/calls?limit=1000' | jq -r '.calls | group_by(.state)[] | "\(.[0].state) \(length)"' | xargs
}

calls_are() { [[ $(calls_by_state) == "$1" ]]; }

in_state() { # STATE COUNT
    director_get '/v1/calls?limit=1000' |
        jq -e --arg state "$1" --argjson count "$2" '[.calls[] | select(.state == $state)] | length == $count' >/dev/null
}

live_is() { status_is ".calls.live == $1"; }

# stays_and_goes STATE LIFETIME: the one call in that state is there until its lifetime is over, and gone
# after it. T0 is before its messages.
stays_and_goes() {
    check "$1: it goes" wait_until 90 has_not "$1"
    LIVED=$(seconds_between "$T0" "$(now)")
    check "$1: kept for its $2 s ($LIVED s)" awk -v lived="$LIVED" -v min="$2" 'BEGIN { exit lived < min }'
}

has_not() { in_state "$1" 0; }

lifetimes() { # JQ-OBJECT
    check "lifetimes: $1" reload_director ".pools[0].lifetimes = $1" config_in_force
}

# One call in each state, for five minutes, and then, by a reload, for seconds; each without anything more from its client.
lone_messages() {
    T0=$(now)
    send INVITE lone-early
    send REGISTER lone-other
    send INVITE lone-confirmed
    send ACK lone-confirmed
    send INVITE lone-closing
    send BYE lone-closing
    check "one call in each state is listed" wait_until 60 calls_are 'closing 1 confirmed 1 early 1 other 1'
    lifetimes '{early: "5s", confirmed: "5m", closing: "4s", other: "5s"}'
    stays_and_goes closing 4
    stays_and_goes early 5
    stays_and_goes other 5
    check "confirmed: there when those are gone, for nobody has said BYE" calls_are 'confirmed 1'
    lifetimes '{early: "5s", confirmed: "10s", closing: "4s", other: "5s"}'
    stays_and_goes confirmed 10
    check "the sweep's count follows" wait_until 60 live_is 0
}

# owners_seen: "Call-ID server" of one call at each server, by the captures at the servers.
owners_seen() {
    local server
    for server in "${SERVERS[@]}"; do
        # The capture goes on: its end may be cut off.
        { tshark -n -r "$CALLS_DIR/$server.pcap" -d udp.port==5060,sip -Y 'sip.Method == "INVITE"' \
            -T fields -e sip.Call-ID 2>"$WORK/tshark.log" || true; } |
            awk -v server="$server" 'NR == 1 { print $0, server }'
    done | sort
}

# owners_told: of the calls in WORK/owners, by the API.
owners_told() {
    local call_id server
    while read -r call_id server; do
        server=$(call_json "$(jq -rn --arg id "$call_id" '$id | @uri')" | jq -r '.call.server')
        printf '%s %s\n' "$call_id" "$server"
    done <"$WORK/owners"
}

owner() { call_json "$1" | jq -r '.call.server'; } # CALL-ID

rehome_is_done() { # SERVER
    api_body GET "/v1/pools/proxies/servers/$1/rehome" | jq -e '.state == "done"' >/dev/null
}

sipsteer() { "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" "$@"; }

# The command line says the same of a call as the API.
in_words() { # SERVER
    check_equal "sipsteer explain: the answer of the API" "$(call_json asked@x | jq -r '"\(.call.server) \(.call.state)"')" \
        "$(sipsteer explain asked@x -o json | jq -r '.pools[0].call | "\(.server) \(.state)"')"
    check "and in words" grep -q "early at $1," <<<"$(sipsteer explain asked@x)"
    check_equal "of a datagram, too" "request asked@x $1" "$(printf 'BYE sip:b@x SIP/2.0\r\ni: asked@x\r\n\r\n' |
        sipsteer explain --datagram - -o json | jq -r '"\(.kind) \(.call_id) \(.way.pool.call.server)"')"
    check_equal "sipsteer get servers lists them" "${#SERVERS[@]}" "$(sipsteer get servers | grep -c '^proxies/.* up ')"
    check "sipsteer top --once shows them" grep -q "^proxies/$1 " <<<"$(sipsteer top --once)"
}

# What an operator does to a call.
one_call() {
    local datagram first second
    datagram=$'INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nCall-ID: asked@x\r\n\r\n'
    first=$(api_body POST /v1/explain "$datagram" | jq -r '.pool.if_new.server')
    send INVITE asked@x
    check_equal "a new call goes where it was said to go" "$first early" \
        "$(call_json asked@x | jq -r '"\(.call.server) \(.call.state)"')"
    in_words "$first"
    second=$(api_body POST /v1/calls/asked@x/rehome | jq -r '.rehomed.server')
    check "it is moved to another server: $first, $second" test "$first" != "$second"
    send ACK asked@x
    check_equal "and stays there" "$second confirmed" \
        "$(call_json asked@x | jq -r '"\(.call.server) \(.call.state)"')"
    api POST /v1/calls/asked@x/rehome "{\"server\": \"$first\"}" >/dev/null
    check_equal "it is moved to a server that is named" "$first" "$(owner asked@x)"
    check_equal "all calls of a server are to be moved" 202 \
        "$(api POST "/v1/pools/proxies/servers/$first/rehome" | tail -n 1)"
    check "they are" wait_until 60 rehome_is_done "$first"
    check "this one, too" test "$(owner asked@x)" != "$first"
    check_equal "and an event says where it went" "[\"proxies/$first\",\"$(owner asked@x)\",\"confirmed\"]" \
        "$(events_of call_rehomed 'select(.call_id == "asked@x" and .state) | [.from, .server, .state]')"
    check "the log says so" grep -q 'event=rehome_done .*moved=1 left=0' "$(director_file log)"
    check_equal "a call is removed" 200 "$(api DELETE /v1/calls/asked@x | tail -n 1)"
    check_equal "then it is not there" 'false 404' \
        "$(call_json asked@x | jq .found) $(api DELETE /v1/calls/asked@x | tail -n 1)"
}

real_calls() {
    local listed
    begin_traffic 75 150
    check "calls are confirmed while they run" wait_until 60 in_state confirmed 150
    listed=$(director_get '/v1/calls?limit=1000')
    check_json "each with its server and pool" 'all(.[]; .pool == "proxies" and
        (.server | IN("server1", "server2", "server3", "server4")) and .lifetime_left_seconds <= 310)' \
        "$(jq -c '[.calls[] | {server, pool, lifetime_left_seconds}] | unique' <<<"$listed")"
    owners_seen >"$WORK/owners"
    check_equal "a call of each server is looked at" 4 "$(wc -l <"$WORK/owners")"
    check_equal "asked for by its Call-ID, each is where its INVITE went" "$(<"$WORK/owners")" "$(owners_told)"
    check_equal "all servers have some" 4 "$(jq '[.calls[].server] | unique | length' <<<"$listed")"
    check_equal "there are no more" false "$(jq .more <<<"$listed")"
    check_json "limit=2 lists two, and says that there are more" '(.calls | length) == 2 and .more' \
        "$(director_get '/v1/calls?limit=2')"
    check "the status counts them" wait_until 60 status_is '.calls.by_state.confirmed == 150'
    check_equal "server by server" "$(jq -r '.calls | map(select(.state == "confirmed")) | group_by(.server)[] | "\(.[0].server) \(length)"' <<<"$listed")" \
        "$(director_get /v1/status | jq -r '.pools[].servers[] | "\(.name) \(.calls.confirmed)"')"
    end_traffic
    check_undisturbed "150 calls"
    check "with the last BYE all are closing" wait_until 60 in_state closing 150
    lifetimes '{early: "5m", confirmed: "5m", closing: "1s", other: "5m"}'
    check "and then gone, by the sweep" wait_until 60 live_is 0
    check_equal "none is listed" '' "$(calls_by_state)"
}

is_no_call() { [[ $(call_json "$1" | jq .found) == false ]]; } # CALL-ID

# A lifetime is changed by a reload, for calls that are there already, too.
shorter_lifetime() {
    send INVITE shorter
    send ACK shorter
    check "a call is kept for its 5 min" test "$(call_json shorter | jq .call.lifetime_seconds)" -ge 300
    reload_director '.pools[0].lifetimes.confirmed = "1s"' config_in_force
    check "then for 1 s, once that is in force" wait_until 60 is_no_call shorter
    check "and the sweep takes it out of the table" wait_until 60 has_expired shorter
    reload_director '.pools[0].lifetimes.confirmed = "5m" | .pools[0].lifetimes.closing = "5m"' config_in_force
}

# The event stream while the calls of this test run.
listen_to_calls() {
    curl --silent --no-buffer --unix-socket "$(director_file api.sock)" -H 'Accept: text/event-stream' \
        'http://localhost/v1/events?calls=1' >"$WORK/events" &
    LISTENER=$!
    STARTED+=("$LISTENER")
    check "somebody listens to the calls" wait_until 60 grep -q retry "$WORK/events"
}

events_of() { # TYPE JQ-FILTER
    sed -n 's/^data: //p' "$WORK/events" | jq -c "select(.type == \"$1\") | $2"
}

check_call_events() {
    local type
    for type in call_new call_confirmed call_ended; do
        check_equal "$type: once for each of the 150 calls" 150 \
            "$(events_of "$type" 'select(.call_id | test("^[0-9]+-[0-9]+-.*@")) | .call_id' | sort -u | wc -l)"
    done
    check_equal "each says where the call is, as the API did" "$(<"$WORK/owners")" \
        "$(events_of call_confirmed '"\(.call_id) \(.server)"' | jq -r . | grep -Fxf "$WORK/owners" | sort)"
    check_equal "the call that nobody ended expired" '["lone-confirmed","confirmed"]' \
        "$(events_of call_expired 'select(.call_id == "lone-confirmed") | [.call_id, .state]')"
    check_equal "none was lost" '' "$(events_of call_events_lost .)"
    stop_pid "$LISTENER" || true
    check "nobody listens: the tap is off" wait_until 60 tap_is_off
}

has_expired() { # CALL-ID
    [[ -n $(events_of call_expired "select(.call_id == \"$1\")") ]]
}

tap_is_off() {
    bpftool -j map lookup pinned "$(director_file config.json | xargs jq -r .pin_dir)/maps-v"*/taps key 0 0 0 0 |
        jq -e '.formatted.value.tap[0].on == 0' >/dev/null
}

# More calls than the table has places for: who makes room for whom is said, with both Call-IDs.
displaced_calls() {
    local displaced
    end_director TERM
    start_director '.calls.capacity = 1000'
    listen_to_calls
    on_host user1 python3 -c '
import socket, sys, time
phone = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
for call in range(2000):
    phone.sendto(("INVITE sip:nobody@example.com SIP/2.0\r\nVia: SIP/2.0/UDP phone\r\nCSeq: 1 INVITE\r\n"
                  f"Call-ID: flood-{call}\r\n\r\n").encode(), (sys.argv[1], 5060))
    time.sleep(0.0005)' "$VIP"
    check "calls are displaced" wait_until 60 has_displaced 500
    displaced=$(director_get /metrics | awk '/^sipsteer_calls_displaced_total/ { sum += $2 } END { print sum }')
    check "each has its event" wait_until 60 has_displaced "$displaced"
    check_equal "with both calls, which are two" "$displaced" "$(events_of call_displaced 'select(
        (.call_id | startswith("flood-")) and (.made_room_for | startswith("flood-"))
        and .call_id != .made_room_for and .state == "early") | .call_id' | sort -u | wc -l)"
    check "the last of them is in the table no more" \
        is_no_call "$(events_of call_displaced .call_id | tail -n 1 | tr -d '"')"
}

has_displaced() { (($(events_of call_displaced 1 | wc -l) >= $1)); } # COUNT

e2e_begin expiry "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"' | .pools[0].lifetimes = {early: "5m", confirmed: "5m", closing: "5m", other: "5m"}'
listen_to_calls
real_calls
one_call
shorter_lifetime
lone_messages
check_call_events
displaced_calls
e2e_end
