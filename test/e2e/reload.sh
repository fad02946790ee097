#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# New configurations by SIGHUP while calls run: a server at another address, a server more, a server
# less, another weight, another service, another size of the call table, and one that is no good. And the
# index of a server that left: when it is given to another.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly VIP2_PORT=5070

server_index() { director_get /v1/status | jq ".pools[].servers[] | select(.name == \"$1\") | .index"; }

is_released() { grep -q "event=server_released server=proxies/$1 " "$(director_file log)"; } # SERVER

not() { ! "$@"; }

# Messages to a server that user1 sent after T0.
sent_afterwards_to() { # SERVER
    awk -v server="$1" -v start="$T0" '$3 == server && $1 > start { n++ } END { print n + 0 }' "$WORK/messages"
}

# A filter that adds a server: one of the lab, by a name of its own.
add_server() { # NAME LAB-SERVER [PORT]
    printf '.pools[0].servers += [{name: "%s", address: "%s", port: %d}]' "$1" \
        "$(host_address "$2" "$FAMILY")" "${3:-5060}"
}

vip2_packets() { director_get /v1/status | jq '.services[] | select(.name == "second") | .packets'; }

vip2_has_packets() { (($(vip2_packets) == $1)); }

configure() { # WHAT JQ-FILTER [EVENT]
    check "a new configuration: $1" reload_director "$2" "${3:-config_in_force}"
}

# The name stays, the machine is another one: the calls of the old one are homeless, not inherited.
another_machine() {
    local index old
    index=$(server_index server3)
    old=$(host_address server3 "$FAMILY")
    begin_traffic 60
    await_established 300
    configure "another address for a server" "$(set_server server3 \
        "{address: \"$(host_address server4 "$FAMILY")\"}")"
    T0=$(now)
    check "the machine there gets another place" test "$(server_index server3)" != "$index"
    check_json "calls of the old one are listed under its former name" "index(\"server3@$old\")" \
        "$(director_get '/v1/calls?limit=1000' | jq -c '[.calls[].server] | unique')"
    check "the new one is up" wait_until 60 server_is server3 '.takes_new'
    more_calls 60
    end_traffic
    check_json "calls meanwhile: none failed, none is missing" '.failed == 0 and .missing_calls == 0' \
        "$TRAFFIC_RESULT"
    check "the old one had calls, and they moved" \
        test "$(first_servers | awk '$1 == "server3" { print $3 }')" -gt 30
    check_equal "to all servers, not to the one of its name alone" 3 "$(awk '
        !($2 in first) { first[$2] = $3 }
        first[$2] == "server3" && $3 != "server3" { others[$3] } END { print length(others) }' "$WORK/messages")"
    check_equal "no call of another server moved" 0 \
        "$(first_servers | awk '$1 != "server3" { n += $3 } END { print n + 0 }')"
    check_equal "nothing that was sent afterwards came to the old one" 0 "$(sent_afterwards_to server3)"
    configure "the old address" "$(set_server server3 "{address: \"$old\"}")"
    check "the old one is up" wait_until 60 server_is server3 '.takes_new'
    check_equal "it has its place again" "$index" "$(server_index server3)"
    check "with its last call gone the other's place is free" wait_until 60 \
        is_released "server3@$(host_address server4 "$FAMILY")"
}

a_server_more() {
    begin_traffic 60
    await_established 300
    T0=$(now)
    configure "a server more" "$(add_server server4 server4)"
    check "the new server is up" wait_until 60 server_is server4 '.takes_new'
    more_calls 200
    end_traffic
    check_undisturbed "calls while a server is added"
    check "it gets new calls" test "$(jq .servers.server4 <<<"$TRAFFIC_RESULT")" -gt 30
    check_equal "it gets none of those that ran" 0 "$(awk -v start="$T0" '
        !seen[$2]++ && $1 < start { old[$2] } $2 in old && $3 == "server4" { taken[$2] }
        END { print length(taken) }' "$WORK/messages")"
}

# With another weight and another service at the same time: of all that, only the removal moves calls.
a_server_less() {
    local index
    index=$(server_index server1)
    begin_traffic 60
    await_established 300
    configure "a server less" 'del(.pools[0].servers[] | select(.name == "server1"))'
    T0=$(now)
    check "its place is not given away while calls name it" not is_released server1
    check_json "its calls are still listed by its name" 'index("server1") and all(.[]; . != null)' \
        "$(director_get '/v1/calls?limit=1000' | jq -c '[.calls[].server] | unique')"
    configure "another server" "$(add_server other server4 5061)" # nobody listens there: it never comes up
    check "a server added meanwhile gets another place" test "$(server_index other)" != "$index"
    configure "another weight" \
        '.pools[0].servers |= map(if .name == "server2" then .weight = 300 else . end)'
    add_second_service
    check "its place is still taken" not is_released server1
    more_calls 60
    end_traffic
    check_json "calls while a server is removed: none failed, none is missing" \
        '.failed == 0 and .missing_calls == 0' "$TRAFFIC_RESULT"
    check "the removed server had calls, and they moved" \
        test "$(first_servers | awk '$1 == "server1" { print $3 }')" -gt 30
    check_equal "no call of another server moved" 0 \
        "$(first_servers | awk '$1 != "server1" { n += $3 } END { print n + 0 }')"
    check_equal "nothing that was sent afterwards came to the removed server" 0 "$(sent_afterwards_to server1)"
    check "with its last call gone its place is free" wait_until 60 grep -q \
        "event=server_released server=proxies/server1 index=$index" "$(director_file log)"
    configure "the server again" "$(add_server again server1)"
    check_equal "the next new server gets it" "$index" "$(server_index again)"
}

add_second_service() {
    local id
    configure "a second service" ".services += [{name: \"second\", address: \"$VIP2\", port: $VIP2_PORT,
        pool: \"proxies\", vip_interface: \"$VIP_INTERFACE\"}]"
    check_equal "the second VIP is on the interface" "$VIP_INTERFACE" "$(vip_places "$VIP2")"
    for id in {1..10}; do
        send_request OPTIONS "second-$id" "$VIP2" "$VIP2_PORT"
    done
    check "the second service's messages are steered" wait_until 60 vip2_has_packets 10
}

check_weight() {
    check "the server that came back is up" wait_until 60 server_is again .takes_new
    begin_traffic 100 600
    await_established 600
    end_traffic
    check_undisturbed "600 calls with another weight"
    # 300 of 600 are 300 calls; the standard deviation is 12.
    check_json "a server with three times the weight gets three times the calls" \
        '(.servers | add) == 600 and .servers.server2 > 240 and .servers.server2 < 360' "$TRAFFIC_RESULT"
}

# listed_from NEXT: the tags of all calls from there on.
listed_from() {
    local next=$1
    while [[ $next != null ]]; do
        director_get "/v1/calls?limit=1000&after=$next" >"$WORK/page"
        jq -r '.calls[].tag' "$WORK/page"
        next=$(jq .next "$WORK/page")
    done
}

# With another weight at the same time: by the ring alone, calls would move.
another_size() {
    local entries next
    entries=$(director_get /v1/status | jq .calls.entries)
    begin_traffic 60
    await_established 300
    listed_from 0 | sort >"$WORK/calls-before"
    director_get '/v1/calls?limit=50' >"$WORK/first-page"
    configure "another size of the call table" ".calls.capacity = $NEW_CAPACITY"'
        | .pools[0].servers |= map(if .name == "server2" then .weight = 100 else . end)'
    check_json "the table has its new size at once, the old one is there still" \
        ".resizing and .entries != $entries and .entries >= $NEW_CAPACITY" "$(director_get /v1/status | jq -c .calls)"
    next=$(jq .next "$WORK/first-page")
    check "a listing goes on" test "$next" != null
    { jq -r '.calls[].tag' "$WORK/first-page"; listed_from "$next"; } | sort -u >"$WORK/calls-listed"
    check_equal "and leaves none of $(wc -l <"$WORK/calls-before") calls out" '' \
        "$(comm -23 "$WORK/calls-before" "$WORK/calls-listed" | xargs)"
    configure "a third size meanwhile is refused" '.calls.capacity = 30000' config_refused
    director_config ".calls.capacity = $NEW_CAPACITY"
    more_calls 60
    end_traffic
    check_undisturbed "calls while the table is resized and the ring changes"
}

old_table_is_gone() {
    check "when its last call is gone, so is the old table" wait_until 60 status_is '.calls.resizing | not'
    check "the log says so" log_has_more call_table_resized 0
    check_json "the kernel has one call table of ours left" 'length == 1' "$(bpftool -j map show |
        jq -c "[.[] | select(.name == \"calls\" and .max_entries == $(director_get /v1/status | jq '.calls.entries / 8'))]")"
}

a_bad_one() {
    local before
    before=$(director_get /v1/status | jq -S '[.pools[].servers[] | {name, address, weight, index}], .services')
    cp "$(director_file config.json)" "$WORK/good.json"
    check "a bad configuration is refused" reload_director \
        '.pools[0].servers[0].address = "10.0.0.300" | .services[0].pool = "nobody" | .log_level = "loud"' \
        config_refused
    check "each bad field is named: pools[0].servers[0].address" \
        grep -qF 'pools[0].servers[0].address' "$(director_file log)"
    check "each bad field is named: services[0].pool" grep -qF 'services[0].pool' "$(director_file log)"
    check "each bad field is named: log_level" grep -q 'event=config_refused .*log_level' "$(director_file log)"
    check_equal "the old one stays in force" "$before" \
        "$(director_get /v1/status | jq -S '[.pools[].servers[] | {name, address, weight, index}], .services')"
    printf '{' >"$(director_file config.json)"
    kill -HUP "$(director_pid)"
    check "one that is not JSON is refused" wait_until 60 log_has_more config_refused 3
    cp "$WORK/good.json" "$(director_file config.json)"
}

remove_second_service() {
    configure "one service less" 'del(.services[] | select(.name == "second"))'
    check_equal "the VIP of a removed service is taken away" '' "$(vip_places "$VIP2")"
    check_equal "the first VIP stays" "$VIP_INTERFACE" "$(vip_places "$VIP")"
}

e2e_begin reload "$@"
VIP_INTERFACE=$(jq -r .director.vip_interface <<<"$LAB_INFO")
VIP2=198.51.100.101
((FAMILY == 4)) || VIP2=2001:db8:1::101
# A size no other test's table has: old_table_is_gone() counts the tables of that size in the whole kernel.
NEW_CAPACITY=$((20000 + FAMILY * 1000))
start_proxies record-route
start_director "$PATIENT_PROBES"' | .pools[0].servers |= .[:3]
    | .pools[0].lifetimes = {early: "10m", confirmed: "10m", closing: "4s", other: "5s"}'
another_machine
a_server_more
a_server_less
check_weight
another_size
a_bad_one
remove_second_service
old_table_is_gone
e2e_end
