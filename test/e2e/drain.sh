#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Servers that are drained, held in reserve and brought back while calls run, and a pool that is down
# for want of servers.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

# Calls whose first message was sent after T0, and came to SERVER.
new_calls_at() { # SERVER
    awk -v server="$1" -v start="$T0" '
        !seen[$2]++ && $3 == server && $1 > start { n++ } END { print n + 0 }' "$WORK/messages"
}

# The data plane's own count of the calls that it gave to a server.
new_calls_counted() { # SERVER
    director_get /v1/status | jq --arg server "$1" '.pools[].servers[] | select(.name == $server) | .new_calls'
}

moved_calls() { first_servers | awk '{ n += $3 } END { print n + 0 }'; }

drain_to_the_end() {
    local ordered counted
    begin_traffic 60
    await_established 300
    ordered=$(now)
    configure "server1 is draining" "$(set_server server1 '{admin: "draining"}')"
    T0=$(now)
    counted=$(new_calls_counted server1)
    check "it takes no new calls and keeps its own" server_is server1 '.forwards and (.takes_new | not)'
    check "its drain shows the calls that are left" \
        wait_until 60 server_is server1 '.drain.calls_left > 30 and (.drain.drained | not)'
    check "and no deadline" server_is server1 '.drain.deadline_unix == null and .drain.since_unix > 0'
    more_calls 120
    end_traffic
    check_undisturbed "calls while a server is drained"
    check "the server had calls" test "$(jq .servers.server1 <<<"$TRAFFIC_RESULT")" -gt 50
    comment "$(awk -v server=server1 -v from="$ordered" -v to="$T0" '
        !seen[$2]++ && $3 == server && $1 > from && $1 <= to { n++ }
        END { printf "%d new calls came to it between the order and the answer, %.1f s later", n, to - from }' "$WORK/messages")"
    check_equal "it got no new calls" 0 "$(new_calls_at server1)"
    check_equal "nor does the data plane count any" "$counted" "$(new_calls_counted server1)"
    check_equal "no call moved" 0 "$(moved_calls)"
    check "with its last call gone it is drained" \
        wait_until 60 server_is server1 '.drain.drained and .drain.calls_left == 0'
    check_equal "the log says so" "1 1 0" \
        "$(log_lines drain_started) $(log_lines drain_done) $(log_lines drain_deadline)"
    configure "server1 is enabled" "$(set_server server1 '{admin: "enabled"}')"
    check "it takes new calls again, and there is no drain" \
        server_is server1 '.takes_new and (has("drain") | not)'
}

# Looks at a server until it is sent nothing any more. LOOKS: how often that was before its deadline; EARLY: how
# often it was sent nothing then. The deadline is told in whole seconds, cut off.
watch_deadline() { # SERVER
    local server deadline forwards
    server=$(director_get /v1/status | jq -c ".pools[].servers[] | select(.name == \"$1\")")
    deadline=$(jq .drain.deadline_unix <<<"$server")
    LOOKS=0 EARLY=0
    while :; do
        forwards=$(director_get /v1/status | jq ".pools[].servers[] | select(.name == \"$1\") | .forwards")
        if (($(date +%s) < deadline)); then
            LOOKS=$((LOOKS + 1))
            [[ $forwards == true ]] || EARLY=$((EARLY + 1))
        elif [[ $forwards == false ]] || (($(date +%s) > deadline + 60)); then
            return
        fi
        sleep 0.1
    done
}

drain_to_the_deadline() {
    local others
    begin_traffic 60
    await_established 300
    configure "server2 is draining, for 8 s" \
        "$(set_server server2 '{admin: "draining", drain_timeout: "8s"}')"
    check "its deadline is shown" \
        server_is server2 '.drain.deadline_unix - .drain.since_unix | . >= 7 and . <= 9'
    check "the time it began is kept" test -s "$(director_file state/drains.json)"
    watch_deadline server2
    check "before the deadline it keeps its calls, in each of $LOOKS looks" test "$EARLY" -eq 0
    check "at the deadline it is sent nothing any more" server_is server2 '.forwards | not'
    more_calls 60
    check "the log says so, and how many calls were left" \
        grep -Eq 'event=drain_deadline .*server=server2 calls_left=[1-9]' "$(director_file log)"
    end_traffic
    check_json "calls meanwhile: none failed, none is missing" '.failed == 0 and .missing_calls == 0' \
        "$TRAFFIC_RESULT"
    check "calls of the drained server moved" \
        test "$(first_servers | awk '$1 == "server2" { print $3 }')" -gt 50
    others=$(first_servers | awk '$1 != "server2" { n += $3 } END { print n + 0 }')
    check_equal "no call of another server moved" 0 "$others"
    configure "server2 is enabled" "$(set_server server2 '{admin: "enabled"}')"
    check "the time it began is forgotten" test ! -e "$(director_file state/drains.json)"
}

deadline_outlives_the_daemon() {
    local times='[.pools[].servers[] | select(.name == "server3") | .drain
        | .since_unix, .deadline_unix] | join(" ")' before
    configure "server3 is draining, for 15 s" \
        "$(set_server server3 '{admin: "draining", drain_timeout: "15s"}')"
    before=$(director_get /v1/status | jq -r "$times")
    end_director KILL
    start_again
    check "a daemon that is started again goes on with the drain" \
        wait_until 60 server_is server3 '.drain and .forwards'
    # Seconds are cut off, so each may be told as one less or more.
    check "its times are what they were" awk -v was="$before" \
        -v is="$(director_get /v1/status | jq -r "$times")" 'BEGIN {
            split(was, a); split(is, b)
            exit !(a[1] && (b[1] - a[1]) ^ 2 <= 1 && (b[2] - a[2]) ^ 2 <= 1) }'
    check_equal "the drain did not begin again" 0 "$(log_lines drain_started)"
    check "at the deadline it is sent nothing any more" wait_until 60 server_is server3 '.forwards | not'
    check_equal "not before" 1 "$(($(date +%s) >= ${before#* }))"
    configure "server3 is enabled" "$(set_server server3 '{admin: "enabled"}')"
    check "all servers are up" wait_until 60 status_is '[.pools[].servers[].takes_new] | all'
}

reserve_and_quorum() {
    configure "server4 is a backup" "$(set_server server4 '{tier: 1}') | .pools[0].tier_minimum = 2"
    check "it takes no new calls" server_is server4 '(.takes_new | not) and .forwards and .tier == 1'
    configure "two others are disabled" \
        "$(set_server server2 '{admin: "disabled"}') | $(set_server server3 '{admin: "disabled"}')"
    check "now it does" server_is server4 .takes_new
    check "the pool is up" status_is '.pools[0].state == "up" and .services[0].state == "up"'
    configure "a quorum that two servers do not reach" '.pools[0].quorum = 3'
    check "the pool is down, its service is, and both say why" status_is '
        [.pools[0], .services[0]] | all(.state == "down"
            and .why == "2 servers can take new calls, fewer than the quorum of 3")'
    check "nobody takes new calls" status_is '[.pools[].servers[].takes_new] | any | not'
    check "calls could go on" server_is server1 .forwards
    check_equal "the log says so" 1 "$(log_lines pool_down)"
    configure "the quorum is 1" '.pools[0].quorum = 1'
    check "the pool is up again" status_is '.pools[0].state == "up"'
    check_equal "and the log says that" 2 "$(log_lines pool_up)"
}

warned() { "$SIPSTEERD" --check --config "$(director_file config.json)" 2>&1 | grep "^warning: $1" >/dev/null; } # TEXT

pools_by_method() {
    configure "REGISTER goes to a pool without servers" '.pools += [{name: "registrars", servers: []}]
        | .services[0].method_pools = [{method: "REGISTER", pool: "registrars"}]'
    check "the service is down, and says by which pool" status_is '
        .pools[0].state == "up" and (.services[0] | .state == "down" and .why == "pool registrars: it has no servers")'
    check_equal "no warning" 0 "$(log_lines config_warning)"
    configure "INVITE does" '.services[0].method_pools[0].method = "INVITE"'
    check_equal "the log warns: messages of a call are parted" 1 "$(log_lines config_warning)"
    check "so does --check" warned 'services\[0\].method_pools: INVITE goes to pool "registrars", but other methods of a call do not: ACK'
    configure "one pool" 'del(.pools[1], .services[0].method_pools)'
    check "the service is up" status_is '.services[0].state == "up"'
}

weight_now() { director_get /v1/status | jq ".pools[].servers[] | select(.name == \"$1\") | .weight_now"; } # SERVER

comes_back_slowly() {
    local weight
    configure "slow start" '.pools[0].slow_start = "90s"'
    configure "server2 is enabled" "$(set_server server2 '{admin: "enabled"}')"
    check "it begins with a part of its weight" \
        wait_until 60 server_is server2 '.takes_new and .weight_now >= 10 and .weight_now <= 60'
    check "the others have theirs" server_is server1 '.weight_now == 100'
    weight=$(weight_now server2)
    check "its weight grows" wait_until 60 server_is server2 ".weight_now > $weight and .weight_now < 100"
    configure "a short slow start" '.pools[0].slow_start = "5s"'
    check "to all of it" wait_until 60 server_is server2 '.weight_now == 100'
    configure "slow start again" '.pools[0].slow_start = "90s"'
    configure "all have weight 1, server2 is disabled" \
        "$(set_server server2 '{admin: "disabled"}') | .pools[0].servers[].weight = 1"
    configure "server2 is enabled" "$(set_server server2 '{admin: "enabled"}')"
    check "it begins with a part of that, too" wait_until 60 server_is server2 \
        '.takes_new and .weight_now >= 0.1 and .weight_now <= 0.6 and .ring_share > 0.05 and .ring_share < 0.4'
    check "the other one has the rest" server_is server1 '.weight_now == 1 and .ring_share > 0.55'
    configure "a short slow start again" '.pools[0].slow_start = "5s"'
    check "to all of it" wait_until 60 server_is server2 '.weight_now == 1 and .ring_share > 0.49'
}

e2e_begin drain "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"' | .pools[0].lifetimes = {early: "10m", confirmed: "10m", closing: "4s", other: "5s"}'
drain_to_the_end
drain_to_the_deadline
deadline_outlives_the_daemon
reserve_and_quorum
pools_by_method
comes_back_slowly
e2e_end
