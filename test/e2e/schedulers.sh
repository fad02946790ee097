#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each scheduler with real calls, a server's limit of calls at once, and users whose calls go where they
# are registered. Counted in the servers' own captures.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly CALLS=600 RATE=100

set_weights() { # WEIGHT... of the servers, in their order
    printf '[%s] as $weights | .pools[0].servers |= (to_entries | map(.value + {weight: $weights[.key]}))' \
        "$(IFS=,; echo "$*")"
}

run_calls() {
    begin_calls "$RATE" "$CALLS"
    await_established "$CALLS"
    end_calls
    check_calls "$CALLS calls"
}

check_shares() { # DESCRIPTION CALLS...: of the servers, in their order; one more or less is as good
    local description=$1 seen
    shift
    seen=$(calls_by_server)
    comment "$(paste -sd ' ' <<<"$seen")"
    check "$description: $*" awk -v due="$*" '
        BEGIN { n = split(due, d, " ") }
        { if (($2 - d[NR]) ^ 2 > 1) wrong = 1 }
        END { exit wrong || NR != n }' <(printf '%s\n' "$seen")
}

by_turns() {
    configure "round-robin" '.pools[0].scheduler = "round-robin"'
    run_calls
    check_shares "by turns, every server gets the same" 150 150 150 150
    configure "round-robin, unequal weights" "$(set_weights 100 200 300 400)"
    run_calls
    check_shares "which have no say in it" 150 150 150 150
    configure "weighted-round-robin" '.pools[0].scheduler = "weighted-round-robin"'
    run_calls
    check_shares "by turns, each gets its weight's share" 60 120 180 240
}

# A server that comes late has fewer calls than the others, and gets all new ones until it has as many.
least_calls() {
    local enabled
    configure "least-calls, server1 disabled" \
        "$(set_weights 100 100 100 100) | .pools[0].scheduler = \"least-calls\" | $(set_server server1 '{admin: "disabled"}')"
    begin_calls "$RATE" "$CALLS"
    await_established "$((CALLS / 4))"
    pause_placing
    configure "server1 is enabled" "$(set_server server1 '{admin: "enabled"}')"
    enabled=$(now)
    pause_placing
    await_established "$CALLS"
    end_calls
    check_calls "$CALLS calls"
    check_equal "the server with the fewest calls gets the next 40" server1 \
        "$(awk -v from="$enabled" '!begun[$2]++ && $1 > from { print $3 }' "$CALLS_DIR/seen" |
            head -n 40 | sort -u | paste -sd ' ')"
    check_shares "in the end, all have as many" 150 150 150 150
    configure "least-calls by weight" "$(set_weights 100 200 300 400)"
    run_calls
    check_shares "as many as their weights are" 60 120 180 240
}

some_address() { if ((FAMILY == 6)); then echo "2001:db8:77::$1"; else echo "203.0.113.$1"; fi; }

# 80 clients, three requests each, all Call-IDs different.
source_addresses() {
    local i call
    configure "source" "$(set_weights 100 100 100 100) | .pools[0].scheduler = \"source\""
    run_calls
    check_equal "all calls of one address go to one server" "$CALLS" "$(calls_by_server | cut -d' ' -f2)"
    for i in {1..80}; do
        on_host user1 ip address add "$(some_address "$i")" dev lo
    done
    begin_captures
    for i in {1..80}; do
        for call in 1 2 3; do
            echo "OPTIONS $i-$call-$CALLS_RUN user2 $(some_address "$i")"
        done
    done | on_host user1 "$E2E_DIR/farm_send.py" "$VIP" --wait 0.2 >"$WORK/answers"
    end_captures
    check_equal "240 requests of 80 addresses are seen" 240 "$(wc -l <"$CALLS_DIR/seen")"
    check_equal "each address has one server" 80 \
        "$(sed -E 's/^[^ ]+ ([0-9]+)-[^ ]+ ([^ ]+).*/\1 \2/' "$CALLS_DIR/seen" | sort -u | wc -l)"
    # 20 addresses each, standard deviation below 4.
    check "every server has its share of the addresses" awk '$2 < 12 || $2 > 120 { exit 1 }' <(calls_by_server)
    check_equal "all four have one" 4 "$(calls_by_server | wc -l)"
}

reason_packets() { # REASON
    director_get /v1/status | jq --arg reason "$1" '[.reasons[] | select(.reason == $reason).packets] | add // 0'
}

# 600 calls at once would be 150 on each server. Half of them end in between: its places are free again.
limit_of_calls() {
    local before most others
    configure "hash; server1 takes 40 calls at once" \
        ".pools[0].scheduler = \"hash\" | $(set_server server1 '{max_calls: 40}')"
    before=$(reason_packets call_overflow)
    begin_calls "$RATE"
    await_established $((CALLS / 2))
    hang_up $((CALLS / 2))
    more_calls $((CALLS / 2))
    end_calls
    check_calls "calls"
    most=$(most_at_once server1)
    check_equal "server1 never has more than 40, and has 40" 40 "$most"
    # 80 or more stay for server1: the others get 500 together, 167 each, standard deviation 11.
    others=$(calls_by_server | awk '$1 != "server1" && $2 > 120' | wc -l)
    check_equal "all of the others take what is too much for it" 3 "$others"
    check "what has ended makes room: server1 gets more than 40 in all" \
        test "$(calls_by_server | awk '$1 == "server1" { print $2 }')" -gt 60
    check "each time is counted ($(($(reason_packets call_overflow) - before)))" \
        test $(($(reason_packets call_overflow) - before)) -gt 50
    configure "no limit" "$(set_server server1 '{max_calls: 0}')"
}

# REGISTER of 60 users; then the weights change, and with them the ring; then three INVITEs to each user,
# all Call-IDs different.
registered_users() {
    local i call user1
    user1=$(host_address user1 "$FAMILY")
    configure "key address-of-record" '.pools[0].key = "address-of-record"'
    begin_captures
    for i in {1..60}; do echo "REGISTER $i-0-$CALLS_RUN bob$i $user1"; done |
        on_host user1 "$E2E_DIR/farm_send.py" "$VIP" --wait 0.5 >"$WORK/answers"
    configure "other weights" "$(set_weights 100 50 300 10)"
    for i in {1..60}; do
        for call in 1 2 3; do echo "INVITE $i-$call-$CALLS_RUN bob$i $user1"; done
    done | on_host user1 "$E2E_DIR/farm_send.py" "$VIP" --wait 0.5 >"$WORK/answers"
    end_captures
    sed -E 's/^[^ ]+ ([0-9]+)-[^ ]+ ([^ ]+) .*/\1 \2/' "$CALLS_DIR/seen" | sort | uniq -c |
        awk '{ print $2, $3, $1 }' >"$WORK/users"
    check_equal "60 registrations and 180 INVITEs are seen" "60 180" \
        "$(grep -c 'REGISTER$' "$CALLS_DIR/seen") $(grep 'INVITE$' "$CALLS_DIR/seen" | cut -d' ' -f2 | sort -u | wc -l)"
    check_equal "REGISTER and the INVITEs of a user meet at one server" 60 "$(wc -l <"$WORK/users")"
    check_equal "the users are spread over all servers" 4 "$(cut -d' ' -f2 "$WORK/users" | sort -u | wc -l)"
}

e2e_begin schedulers "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"
for part in ${FARM_PARTS:-by_turns least_calls source_addresses limit_of_calls registered_users}; do
    "$part"
done
e2e_end
