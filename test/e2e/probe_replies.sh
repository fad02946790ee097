#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the daemon makes of replies to its probes: other codes, lost, forged and late ones, a closed port;
# of its own want of sockets; and what a daemon that is started again still knows.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

declare -A RESPONDERS=() # pids, by server

start_responder() { # SERVER
    start_on "$1" "$WORK/$1.log" "$E2E_DIR/probe_responder.py" "$(host_address "$1" "$FAMILY")" "$WORK/$1.told"
    RESPONDERS[$1]=$LAST_PID
}

answers() { # SERVER WHAT: from now on; see probe_responder.py
    printf '%s\n' "$2" >"$WORK/$1.new"
    mv "$WORK/$1.new" "$WORK/$1.told"
}

path_of() { # SERVER: of its only path
    director_get /v1/status | jq -c --arg server "$1" '
        [.pools[].servers[] | select(.name == $server) | .probe.paths[]] | first'
}

count_of() { path_of "$1" | jq ".$2"; } # SERVER COUNTER

counts_more() { (($(count_of "$1" "$2") > $3)); } # SERVER COUNTER THAN

# check_state SERVER up|down REASON
check_state() {
    check "$1 is $2: $3" wait_until 60 server_is "$1" ".health == \"$2\" and .probe.reason == \"$3\""
}

# The reasons of all transitions of a server, oldest first, one a line.
transitions() { # SERVER
    director_get "/v1/events?type=server_up,server_down" | jq -r --arg server "$1" '
        .events[] | select(.server == $server) | .reason'
}

other_codes() {
    answers server1 "404 Not Found"
    answers server2 "405 Method Not Allowed"
    answers server3 "503 Service Unavailable"
    check_state server1 down "404 Not Found 3 of 3"
    check_state server2 down "405 Method Not Allowed 3 of 3"
    check_state server3 down "503 Service Unavailable 3 of 3"
    check "a wrong code is no timeout" \
        server_is server3 '.probe.paths[0] | .wrong_code >= 3 and .timeout == 0 and (.last | startswith("503"))'
    check_equal "the event has the reason" "503 Service Unavailable 3 of 3" "$(transitions server3 | tail -n 1)"
    check "who answers 200 is up" server_is server4 '.health == "up" and .probe.paths[0].wrong_code == 0'
    configure "404, 405 and 503 are accepted" '.pools[0].probe.accept = [200, "404-405", 503]'
    check_state server1 up "404 Not Found 2 of 2"
    check_state server2 up "405 Method Not Allowed 2 of 2"
    check_state server3 up "503 Service Unavailable 2 of 2"
    answers server1 "200 OK"
    answers server2 "200 OK"
    answers server3 "200 OK"
    check "all answer 200" wait_until 60 status_is 'all(.pools[].servers[].probe.paths[]; .last == "200 OK")'
    configure "200 alone is accepted" '.pools[0].probe |= del(.accept)'
}

# A daemon that gets no CPU for a while finds the reply before it finds that its time is over: then
# another one is to be late.
late_is_counted() { # COUNT BEFORE
    local digit
    wait_until 10 counts_more server4 late "$1" && return
    for digit in 6 7 8 9; do # the responder looks for something new
        answers server4 "late 0.7$digit"
        wait_until 10 counts_more server4 late "$1" && return
    done
    return 1
}

lost_and_forged() {
    local before1 before2 sent timeouts late
    before1=$(transitions server1) before2=$(transitions server4)
    sent=$(count_of server2 sent) timeouts=$(count_of server2 timeout) late=$(count_of server4 late)
    answers server1 "silence 2"
    answers server2 second
    answers server3 forge-branch
    answers server4 "late 0.75"
    check_state server3 down "timeout 3 of 3"
    check "forged replies are counted" server_is server3 '.probe.paths[0].unmatched >= 3'
    check "a late reply is counted" late_is_counted "$late"
    check "two lost replies are" server_is server1 '.probe.paths[0].timeout == 2'
    check_equal "both servers stay as they were" "$before1$before2" "$(transitions server1)$(transitions server4)"
    check "and answer in time again" status_is '[.pools[].servers[] | select(.name == "server1" or .name == "server4")]
        | all(.health == "up" and .probe.paths[0].last == "200 OK")'
    check "requests that were lost were sent again" test "$(count_of server2 sent)" -ge $((sent + 4))
    check_equal "and no probe failed by that" "$timeouts" "$(count_of server2 timeout)"
    answers server2 "200 OK"
    answers server3 forge-source
    check "replies from another port are counted" wait_until 60 counts_more server3 wrong_source 2
    check "and do not count as replies" server_is server3 '.health == "down" and .probe.paths[0].last == "timeout"'
    answers server3 "200 OK"
    check_state server3 up "200 OK 2 of 2"
}

# Asked again at once, not after the interval: two of these take longer than what is waited for.
closed_port() {
    local icmp
    configure "probes every 40 s" '.pools[0].probe.interval = "40s"'
    icmp=$(count_of server1 icmp)
    stop_pid "${RESPONDERS[server1]}" || true
    check "a closed port is met" wait_until 90 counts_more server1 icmp "$icmp"
    T0=$(now)
    check_within "and found" 0.3 server_is server1 \
        '.health == "down" and .probe.reason == "ICMP port unreachable 3 of 3"'
    check_equal "by three probes" $((icmp + 3)) "$(count_of server1 icmp)"
    configure "probes every 0.8 s" '.pools[0].probe.interval = "800ms"'
}

# The others are up, server1 is down. Started with a soft limit of 100.
no_sockets() {
    local before
    check_equal "the limit on open files is raised to the hard one" "" \
        "$(awk '/Max open files/ && $4 != $5' "/proc/$(director_pid)/limits")"
    before=$(transitions server2 && transitions server3 && transitions server4)
    prlimit --pid "$(director_pid)" --nofile=3:
    sleep 6
    prlimit --pid "$(director_pid)" --nofile="$(ulimit -Hn):"
    check "probes without a socket are counted as not sent" status_is '[.pools[].servers[] | select(.name != "server1")]
        | all(.health == "up" and .probe.paths[0].not_sent >= 3 and .probe.paths[0].local_error == 0)'
    check_equal "no server went down by that" "$before" "$(transitions server2 && transitions server3 && transitions server4)"
    check_equal "the log says so, once" 1 "$(log_lines probes_not_sent)"
    check "then probes go on" wait_until 60 status_is '[.pools[].servers[] | select(.name != "server1")]
        | all(.probe.paths[0].last == "200 OK")'
}

started_again() {
    end_director KILL
    start_responder server1
    start_again
    check "the daemon, started again, has the others at once" \
        wait_until 60 status_is '[.pools[].servers[] | select(.name != "server1")] | all(.takes_new)'
    check_state server1 up "200 OK 2 of 2"
    check_equal "and knew that server1 was down" "down before/200 OK 2 of 2" \
        "$(transitions server1 | paste -sd/)"
}

e2e_begin probe-replies "$@"
for server in "${SERVERS[@]}"; do
    answers "$server" "200 OK"
    start_responder "$server"
done
(
    ulimit -Sn 100
    start_director '.pools[0].probe = {interval: "800ms", timeout: "700ms", rise: 2, fall: 3}'
)
other_codes
lost_and_forged
closed_port
no_sockets
started_again
e2e_end
