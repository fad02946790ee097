#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The guard with the real daemon, while another client's calls run: a ban, its end, a restart; observe; limits; a
# method that is not taken from all; a deny file of 100,000 lines; a deny file with a bad line.
#
# The stranger is a second address of user1.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly LINES=100000
STRANGER='' # an address that user1 has besides its own

sipsteer() { "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" "$@"; }

add_stranger() {
    local own bits
    own=$(host_address user1 "$FAMILY")
    bits=$((FAMILY == 6 ? 64 : 24))
    STRANGER=$( ((FAMILY == 6)) && printf '%s:dead' "${own%:*}" || printf '%s.222' "${own%.*}")
    on_host user1 ip addr add "$STRANGER/$bits" dev "$(host_get user1 interface)" nodad 2>/dev/null ||
        on_host user1 ip addr add "$STRANGER/$bits" dev "$(host_get user1 interface)"
}

# strange_calls NAME: five INVITEs from the stranger, with Call-IDs NAME-1@x to NAME-5@x.
strange_calls() {
    on_host user1 python3 -c '
import socket, sys
source, vip, name = sys.argv[1:]
phone = socket.socket(socket.AF_INET6 if ":" in vip else socket.AF_INET, socket.SOCK_DGRAM)
phone.bind((source, 5099))
for call in range(1, 6):
    phone.sendto((f"INVITE sip:nobody@example.com SIP/2.0\r\nVia: SIP/2.0/UDP {name};branch=z9hG4bK{name}{call}\r\n"
                  f"Max-Forwards: 0\r\nCSeq: 1 INVITE\r\nCall-ID: {name}-{call}@x\r\n\r\n").encode(), (vip, 5060))
' "$STRANGER" "$VIP" "$1"
}

calls_found() { # NAME: how many of its five calls the table has
    local n found=0
    for n in 1 2 3 4 5; do
        [[ $(call_json "$1-$n@x" | jq .found) != true ]] || found=$((found + 1))
    done
    echo "$found"
}

all_found() { [[ $(calls_found "$1") == 5 ]]; }

denied() { director_get /v1/status | jq '[.services[].denied] | add'; }
observed() { director_get /v1/status | jq '[.services[].observed] | add'; }
denied_is() { (($(denied) == $1)); }
observed_is() { (($(observed) == $1)); }

are_taken() { # NAME
    strange_calls "$1"
    check "$1: the stranger's calls are taken" wait_until 60 all_found "$1"
}

are_dropped() { # NAME
    local before
    before=$(denied)
    strange_calls "$1"
    check "$1: the stranger's five packets are denied" wait_until 60 denied_is $((before + 5))
    check_equal "$1: and make no call" 0 "$(calls_found "$1")"
}

ban() { sipsteer ban "$STRANGER" "$@" >/dev/null; }
unban() { sipsteer unban "$STRANGER" >/dev/null; }

has_no_ban() { [[ $(sipsteer get bans -o json | jq .total) == 0 ]]; }

a_ban() {
    are_taken before
    check "sipsteer ban" ban --for 1h --comment 'a scanner'
    are_dropped banned
    check_json "sipsteer get bans has it, with its packets" '.bans | length == 1 and (.[0] |
        .comment == "a scanner" and .packets == 5 and .by == "uid 0" and .until != null and .service == null)' \
        "$(sipsteer get bans -o json | jq -c .)"
    check_equal "tools/maps/guard has it, too" "[[null,\"$STRANGER/$((FAMILY == 6 ? 128 : 32))\",\"deny\",5]]" \
        "$(on_host director "$PROJECT_DIR/tools/maps/guard" --json --pin-dir "$(jq -r .pin_dir "$(director_file config.json)")" |
            jq -c '[.prefixes[] | select(.action != "own") | [.service, .prefix, .action, .packets]]')"
    check_equal "the reason is counted" 5 \
        "$(director_get /v1/status | jq '[.reasons[] | select(.reason == "denied") | .packets] | add')"
    check "and shown by the metrics" grep -q '^sipsteer_guard_denied_total{service="sip"} 5$' < <(director_get /metrics)
    check "explain says why" grep -q "denied by $STRANGER of the list \"ban\"" < <(printf 'OPTIONS sip:x SIP/2.0\r\ni: z@x\r\n\r\n' |
        sipsteer explain --datagram - --source "$STRANGER")
    more_calls 30
    check "sipsteer unban" unban
    are_taken lifted
    check "a second unban finds none" test "$(unban 2>/dev/null; echo $?)" = 1
}

an_end() {
    check "a ban for two seconds" ban --for 2s
    check "it ends" wait_until 60 has_no_ban
    check "the log says so" grep -q "event=ban_expired prefix=$STRANGER " "$(director_file log)"
    are_taken expired
}

trusted() {
    check "the stranger is trusted" reload_director ".guard.trusted = [\"$STRANGER\"]" config_in_force
    check_equal "a ban is refused" 409 "$(api POST /v1/bans "{\"prefix\": \"$STRANGER\"}" | tail -n 1)"
    check "not any more" reload_director '.guard = {}' config_in_force
}

a_restart() {
    check "a ban" ban
    are_dropped kept
    end_director TERM
    strange_calls away
    start_again
    check "the daemon is back" wait_until 60 status_is '.guard.bans == 1 and .guard.due == 0'
    check "the ban held meanwhile, and its counter has stayed" wait_until 60 ban_has_packets 10
    check_equal "no call came through" 0 "$(calls_found away)"
    are_dropped again
    check "sipsteer unban" unban
}

ban_has_packets() { [[ $(sipsteer get bans -o json | jq '.bans[0].packets') == "$1" ]]; }

observing() {
    local before
    before=$(observed)
    check "a denied prefix, observed" reload_director \
        ".guard = {observe: true, deny: [\"$STRANGER\"]}" config_in_force
    are_taken seen
    check "and are counted" wait_until 60 observed_is $((before + 5))
    check "observe is taken out" reload_director '.guard.observe = false' config_in_force
    are_dropped unseen
}

limited_is() { (($(director_get /v1/status | jq '[.services[].limited] | add') == $1)); }

# The other client is trusted. In IPv6 it makes the /64 known, and so the stranger.
limits() {
    local trusted
    trusted=$(for user in user1 user2; do host_address "$user" "$FAMILY"; done | jq -nRc '[inputs]')
    check "two new calls at once" reload_director ".guard = {trusted: $trusted} |
        .services[0].new_call_limits = ({per_minute: 1, burst: 2} | {per_address: ., known_address: .})" config_in_force
    strange_calls many
    check "of five new calls three are beyond the limit" wait_until 60 limited_is 3
    check_equal "and make no entry" 2 "$(calls_found many)"
    check_equal "the reason is counted" 3 \
        "$(director_get /v1/status | jq '[.reasons[] | select(.reason == "limited") | .packets] | add')"
    check "no limit" reload_director '.guard = {} | .services[0] |= del(.new_call_limits)' config_in_force
    are_taken unlimited
}

refused_is() { (($(director_get /v1/status | jq '[.services[].refused] | add') == $1)); }

# INVITE from trusted clients alone: the other client is one.
methods() {
    local trusted invite
    trusted=$(for user in user1 user2; do host_address "$user" "$FAMILY"; done | jq -nRc '[inputs]')
    check "INVITE from trusted clients" reload_director \
        ".services[0].guard = {trusted: $trusted, methods: {INVITE: \"trusted\"}}" config_in_force
    strange_calls closed
    check "the stranger's five are refused" wait_until 60 refused_is 5
    check_equal "and make no entry" 0 "$(calls_found closed)"
    check_equal "the reason is counted" 5 \
        "$(director_get /v1/status | jq '[.reasons[] | select(.reason == "method_refused") | .packets] | add')"
    check "and shown by the metrics" grep -q '^sipsteer_guard_refused_total{service="sip"} 5$' < <(director_get /metrics)
    invite='INVITE sip:x SIP/2.0\r\ni: z@x\r\n\r\n'
    check "explain says so" grep -q 'taken from trusted sources; this one is .*: refused' < <(printf '%b' "$invite" |
        sipsteer explain --datagram - --source "$STRANGER")
    check "and that the other client's is taken" grep -q 'this one is trusted: taken' < <(printf '%b' "$invite" |
        sipsteer explain --datagram - --source "$(host_address user1 "$FAMILY")")
    check "observed" reload_director '.services[0].guard.observe = true' config_in_force
    are_taken watched
    check "INVITE from all" reload_director '.services[0] |= del(.guard)' config_in_force
}

# garbage COUNT: datagrams of the stranger that are no message.
garbage() {
    on_host user1 python3 -c '
import socket, sys
source, vip, count = sys.argv[1:]
phone = socket.socket(socket.AF_INET6 if ":" in vip else socket.AF_INET, socket.SOCK_DGRAM)
phone.bind((source, 5098))
for number in range(int(count)):
    phone.sendto(f"no message at all {number}".encode(), (vip, 5060))
' "$STRANGER" "$VIP" "$1"
}

# What comes before the daemon has first looked is let be.
is_banned_for_garbage() {
    garbage 21
    [[ $(sipsteer get bans -o json | jq .total) == 1 ]]
}

# The other client is trusted. In IPv6 both are in one /64, which a ban would be for: only IPv4 bans.
malformed() {
    local trusted bits=32
    ((FAMILY == 6)) && return 0
    trusted=$(for user in user1 user2; do host_address "$user" "$FAMILY"; done | jq -nRc '[inputs]')
    check "20 datagrams a minute that are no message" reload_director \
        ".services[0].guard = {trusted: $trusted, malformed_limit: {per_minute: 20, for: \"1m\"}}" config_in_force
    check "what the stranger sends makes a ban" wait_until 60 is_banned_for_garbage
    check_json "which says why, and ends" '.bans[0] | .by == "malformed_limit" and .service == "sip" and .until != null
        and (.comment | test("^[0-9]+ datagrams in a minute"))' "$(sipsteer get bans -o json | jq -c .)"
    check "the log has the event" grep -q "event=ban_added prefix=$STRANGER service=sip .*by=malformed_limit" "$(director_file log)"
    are_dropped garbled
    check "sipsteer unban" sipsteer unban "$STRANGER" --service sip
    check "no limit" reload_director '.services[0] |= del(.guard)' config_in_force
    are_taken clean
}

# An address of the director comes from outside, or the broadcast address of its network: nobody has them there.
own_address() {
    local own broadcast
    own=$(on_host director ip -json addr show | jq -r --argjson family "$FAMILY" --arg vip "$VIP" '[.[].addr_info[]
        | select(.scope == "global" and (.family == "inet6") == ($family == 6) and .local != $vip).local][0]')
    check_json "the director's own address is in the list" '.guard.action == "own"' "$(printf 'OPTIONS sip:x SIP/2.0\r\ni: z@x\r\n\r\n' |
        sipsteer explain --datagram - --source "$own" -o json | jq -c .way)"
    ((FAMILY == 4)) || return 0
    broadcast=$(on_host director ip -json addr show | jq -r '[.[].addr_info[] | select(.scope == "global" and .family == "inet" and .prefixlen < 31)
        | {local, prefixlen}][0] | "\(.local)/\(.prefixlen)"' | python3 -c '
import ipaddress
print(ipaddress.ip_interface(input()).network.broadcast_address)')
    check_json "so is the broadcast address of its network" '.guard.action == "own"' "$(printf 'OPTIONS sip:x SIP/2.0\r\ni: z@x\r\n\r\n' |
        sipsteer explain --datagram - --source "$broadcast" -o json | jq -c .way)"
}

deny_file() { # LINES: the stranger, and others
    echo "# made by a test"
    echo "$STRANGER"
    seq 1 "$1" | awk '{ printf "10.%d.%d.%d\n", 100 + $1 / 65536, $1 / 256 % 256, $1 % 256 }'
}

# Asks for /healthz again and again, and writes how long the longest answer took, in ms.
ask_healthz() {
    python3 -c '
import os, socket, sys, time
worst = 0
while True:
    begun = time.monotonic()
    asked = socket.socket(socket.AF_UNIX)
    asked.settimeout(60)
    asked.connect(sys.argv[1])
    asked.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = asked.recv(100)
    assert b" 200 " in answer, answer
    asked.close()
    worst = max(worst, time.monotonic() - begun)
    with open(sys.argv[2] + ".new", "w") as out:
        out.write(f"{worst * 1000:.0f}\n")
    os.replace(sys.argv[2] + ".new", sys.argv[2])
    time.sleep(0.005)
' "$(director_file api.sock)" "$WORK/worst" &
    LAST_PID=$!
    STARTED+=("$LAST_PID")
}

# Besides the director's own addresses.
guard_is_written() {
    status_is ".guard.due == 0 and ([.guard.prefixes[] | select(.action != \"own\").prefixes] | add) == $1"
}

a_long_file() {
    local asker
    deny_file "$LINES" >"$WORK/deny"
    ask_healthz
    asker=$LAST_PID
    check "a deny file of $LINES lines" reload_director ".guard = {deny_files: [\"$WORK/deny\"]}" config_in_force
    check "it is written" wait_until 120 guard_is_written $((LINES + 1))
    stop_pid "$asker" || true
    comment "longest answer of /healthz meanwhile: $(<"$WORK/worst") ms"
    comment "longest stall of the daemon's loop: $(director_get /metrics | awk '$1 == "sipsteer_loop_longest_stall_seconds" { print $2 }') s"
    are_dropped listed
    check_json "get guard --limit 3 lists three" '.entries | length == 3' "$(sipsteer get guard --limit 3 -o json 2>/dev/null)"
    sed -i '/^10\./d' "$WORK/deny"
    kill -HUP "$(director_pid)"
    check "SIGHUP reads a shorter file" wait_until 120 guard_is_written 1
    are_dropped short
}

a_bad_line() {
    local before
    before=$(log_lines config_refused)
    echo "10.0.0.300" >>"$WORK/deny"
    kill -HUP "$(director_pid)"
    check "a bad line is refused" wait_until 60 log_has_more config_refused "$before"
    check "the log names file and line" grep -q "event=config_refused .*$WORK/deny:3: the line is not a prefix" \
        "$(director_file log)"
    check "nothing has changed" guard_is_written 1
    are_dropped bad
    check "--check says so, too" grep -q "$WORK/deny:3" <(on_host director "$SIPSTEERD" --check \
        --config "$(director_file config.json)" 2>&1)
    check "no guard" reload_director '.guard = {}' config_in_force
    are_taken none
}

# What the servers saw of the stranger, by the name of its calls.
seen_at_servers() {
    local server
    for server in "${SERVERS[@]}" director; do cat "$CALLS_DIR/$server.pcap"; done |
        grep -aoE 'Call-ID: [a-z]+-[1-5]@x' | sed 's/.*: //; s/-.*//' | sort -u | xargs
}

e2e_begin guard "$@"
add_stranger
start_proxies record-route
start_director "$PATIENT_PROBES | .on_exit = \"leave\""
begin_traffic 10
await_established 20
a_ban
an_end
trusted
a_restart
observing
limits
methods
malformed
own_address
a_long_file
a_bad_line
more_calls 20
end_traffic
check_undisturbed "the other client's calls"
check_equal "the servers saw what was taken, and nothing that was denied" \
    "before$( ((FAMILY == 6)) || echo " clean") expired lifted many none seen unlimited watched" "$(seen_at_servers)"
e2e_end
