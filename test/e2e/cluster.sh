#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two directors that share calls through Redis: the pool changes while calls run, and the other director takes
# over. Redis that dies, comes back empty, hangs, refuses a password; entries of strangers.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly PASSWORD=redis-of-the-lab
readonly COUNT=120 # calls of a run

# --- Redis, on the second director ------------------------------------------------------------------

# Without a file: what it has is gone when it ends.
start_redis() {
    mkdir -p "$WORK/redis"
    start_on user2 "$WORK/redis/log" redis-server --port 6379 --bind "$(host_address user2 4)" 127.0.0.1 \
        --unixsocket "$WORK/redis/sock" --requirepass "$PASSWORD" --save '' --appendonly no \
        --dir "$WORK/redis" --protected-mode no
    REDIS=$LAST_PID
    wait_until 60 redis PING || die "Redis does not start: $(tail -n 3 "$WORK/redis/log")"
    add_user
}

# The user of deploy/redis, with its rights: what a director needs, and no more.
add_user() {
    local rights
    read -r -a rights < <(sed -n 's/^user sipsteer on >[^ ]* //p' "$PROJECT_DIR/deploy/redis/users.acl")
    redis ACL SETUSER sipsteer on ">$PASSWORD" "${rights[@]}"
}

redis() { REDISCLI_AUTH=$PASSWORD redis-cli -s "$WORK/redis/sock" "$@" >"$WORK/redis/answer" 2>&1; }

# --- the directors ----------------------------------------------------------------------------------

# The first one is in the director's place and asks Redis over TCP. A password of its own may be wrong.
cluster_of_first() { # SHARE
    printf '.cluster = {name: "lab", director: "first", share: "%s", redis: {addresses: ["%s:6379"],
        password_file: "%s"}}' "$1" "$(host_address user2 4)" "$WORK/password"
}

# The second one is in user2's place, with the first one's secret.
start_second() {
    local dir=$WORK/second
    mkdir -p "$dir/state"
    cp "$(director_file state/secret)" "$dir/state/"
    jq --arg dir "$dir" --arg sock "$WORK/redis/sock" --arg password "$WORK/second-password" '
        del(.services[].vip_interface) | .state_dir = $dir + "/state" | .pin_dir += "-second" |
        .api = {socket: ($dir + "/api.sock")} |
        .cluster = {name: "lab", director: "second", redis: {addresses: [$sock], user: "sipsteer",
            password_file: $password}}' \
        "$(director_file config.json)" >"$dir/config.json"
    # Of veth alone: see add_pass_programs in tools/lib/lab-build.sh.
    on_host switch ip link set user2-eth0 xdpdrv object "$(dirname "$RUN_DIR")/pass.o" section xdp.frags
    start_on user2 "$dir/log" "$SIPSTEERD" --config "$dir/config.json"
    SECOND=$LAST_PID
    wait_until 60 second_is /v1/status '[.pools[].servers[]] | length > 0 and all(.takes_new)' ||
        die "the second director does not start: $(tail -n 3 "$dir/log")"
}

second_get() { curl --silent --fail --unix-socket "$WORK/second/api.sock" "http://localhost$1"; } # PATH

second_is() { second_get "$1" | jq -e "$2" >/dev/null; } # PATH JQ-CONDITION

first_is() { director_get "$1" | jq -e "$2" >/dev/null; } # PATH JQ-CONDITION

# The same change for both.
reload_second() { # JQ-FILTER
    local before
    before=$(grep -c event=config_in_force "$WORK/second/log" || true)
    jq "$1" "$WORK/second/config.json" >"$WORK/second-config.json"
    cp "$WORK/second-config.json" "$WORK/second/config.json"
    kill -HUP "$SECOND"
    wait_until 60 second_reloaded "$before"
}

second_reloaded() { (($(grep -c event=config_in_force "$WORK/second/log") > $1)); } # COUNT

configure_both() { # WHAT JQ-FILTER
    configure "$1" "$2"
    check "so does the second director" reload_second "$2"
}

# Sends the first director's clients to one of the two, as a VIP that moves does.
vip_is_at() { # HOST
    on_host user1 ip neigh replace "$VIP" lladdr "$(host_get "$1" mac)" dev "$(host_get user1 interface)" nud permanent
}

# --- calls ------------------------------------------------------------------------------------------

send_all() { on_host user1 python3 -B "$E2E_DIR/cluster_send.py" "$VIP" "$1" "$2" "$COUNT"; } # METHOD NAME

# place_calls NAME: confirmed ones, by the first director.
place_calls() {
    vip_is_at director
    send_all INVITE "$1"
    send_all ACK "$1"
}

begin_wire() { begin_server_captures "dst host $VIP and udp dst port 5060"; }

# Writes WORK/where: "Call-ID server method" a line, of the calls of a run.
end_wire() { # NAME
    local host
    : >"$WORK/where"
    end_server_captures
    for host in "${SERVERS[@]}"; do
        tshark -r "$WORK/$host.pcap" -d udp.port==5060,sip -T fields -e sip.Call-ID -e sip.Method 2>/dev/null |
            awk -v host="$host" -v name="$1-" 'index($1, name) == 1 { print $1, host, $2 }' >>"$WORK/where"
    done
}

# "SEEN MOVED": calls whose INFO came to a server, and those of them at another server than their INVITE.
moved() {
    awk '$3 == "INVITE" { at[$1] = $2 } $3 == "INFO" { then[$1] = $2 }
        END { for (call in then) { seen++; moved += then[call] != at[call] } print seen + 0, moved + 0 }' "$WORK/where"
}

at_server() { awk -v host="$1" '$3 == "INVITE" && $2 == host { n++ } END { print n + 0 }' "$WORK/where"; } # SERVER

# fail_over NAME: calls by the first director, a drain, then messages of these calls by the second one.
fail_over() {
    configure_both "server1 is draining" "$(set_server server1 '{admin: "draining"}')"
    vip_is_at user2
    send_all INFO "$1"
    end_wire "$1"
    check "$(at_server server1) of the calls are the drained server's" test "$(at_server server1)" -gt 5
    configure_both "server1 is enabled" "$(set_server server1 '{admin: "enabled"}')"
    check "it takes new calls again" wait_until 60 server_is server1 .takes_new
    check "with the second director, too" wait_until 60 second_is /v1/status \
        '[.pools[].servers[] | select(.name == "server1")] | all(.takes_new)'
}

without_sharing() {
    begin_wire
    place_calls alone
    fail_over alone
    check "without sharing, the drained server's calls move" moved_to_the_ring "$(at_server server1)"
}

# All calls were seen again, and so many of them at another server. Without a server the ring may give a few calls of
# others away, too.
moved_to_the_ring() { # COUNT
    local seen moved
    read -r seen moved < <(moved)
    comment "$moved of $seen calls moved, $1 of them for the drain"
    ((seen == COUNT && moved >= $1 && moved <= $1 + COUNT / 20))
}

share_calls() {
    check "the first director stops" end_director TERM
    director_config "$(cluster_of_first calls)"
    start_again
    check "it comes back, and shares" wait_until 60 first_is /v1/cluster '.tell.connected and .caught_up and .share == "calls"'
    check "all servers are up" wait_until 60 status_is '[.pools[].servers[].takes_new] | all'
    check "each director sees the other" wait_until 60 first_is /v1/cluster '[.directors[] | select(.here) | .name] == ["second"]'
    check "and is seen" wait_until 60 second_is /v1/cluster '[.directors[] | select(.here) | .name] == ["first"]'
}

# has_calls COUNT: so many calls have come to the second director since the last count.
has_calls() { second_is /v1/cluster ".received.entered - $ENTERED >= $1"; }

count_entered() { ENTERED=$(second_get /v1/cluster | jq .received.entered); }

with_sharing() {
    begin_wire
    count_entered
    place_calls shared
    check "the second director hears of every call" wait_until 60 has_calls "$COUNT"
    fail_over shared
    check_equal "with sharing, no call moves" "$COUNT 0" "$(moved)"
    check_equal "the second director placed none anew" 0 "$(second_get /v1/status |
        jq '[.reasons[] | select(.reason == "call_rehomed") | .packets] | add // 0')"
    comment "lag: $(second_get /v1/cluster | jq -c '[.directors[] | {name, lag_seconds}]')"
}

without_redis() {
    kill -KILL "$REDIS"
    check "Redis dies: the first director notices" wait_until 60 first_is /v1/cluster '.tell.connected or .hear.connected | not'
    check "the log says so" grep -q 'event=cluster_redis_down .*to=tell .*problem=' "$(director_file log)"
    begin_wire
    count_entered
    place_calls gone
    check "calls go on, and wait to be told" wait_until 60 first_is /v1/cluster ".calls_waiting >= $COUNT"
    check "none has come to the second director" has_calls 0
    check "the metrics say so" wait_until 60 metric_is 'sipsteer_cluster_redis_connected{to="tell"} 0'
    start_redis
    check "Redis comes back, empty: the second director hears of every call" wait_until 60 has_calls "$COUNT"
    check "nothing waits" wait_until 60 first_is /v1/cluster '.calls_waiting == 0'
    fail_over gone
    check_equal "no call of that time moves" "$COUNT 0" "$(moved)"
}

metric_is() { director_get /metrics | grep -qF "$1"; } # LINE

hanging_redis() {
    kill -STOP "$REDIS"
    check "Redis hangs: the first director gives up the connection" wait_until 60 first_is /v1/cluster \
        '(.tell.connected | not) and (.tell.problem | test("no answer for|Connection"))'
    check "its API answers meanwhile" status_is '.pools | length == 1'
    kill -CONT "$REDIS"
    check "Redis goes on, and so does sharing" wait_until 60 first_is /v1/cluster '.tell.connected and .caught_up'
}

full_redis() {
    check "Redis is full" redis CONFIG SET maxmemory 1 maxmemory-policy noeviction
    count_entered
    place_calls full
    check "the first director counts what Redis does not take" wait_until 60 first_is /v1/cluster ".calls_waiting >= $COUNT"
    check "the log has Redis' words" grep -q 'event=cluster_not_told .*problem="OOM' "$(director_file log)"
    check "Redis has room again" redis CONFIG SET maxmemory 0
    check "sharing catches up" wait_until 60 has_calls "$COUNT"
}

wrong_password() {
    printf 'wrong\n' >"$WORK/second-password"
    redis CLIENT KILL TYPE normal SKIPME yes
    check "with a wrong password the second director is told so" wait_until 60 second_is /v1/cluster \
        '(.tell.connected or .hear.connected | not) and (.tell.problem | startswith("WRONGPASS"))'
    check "the log says so" grep -q 'event=cluster_redis_down .*problem="WRONGPASS' "$WORK/second/log"
    printf '%s\n' "$PASSWORD" >"$WORK/second-password"
    check "with the right one in the file it connects, without a restart" wait_until 60 second_is /v1/cluster \
        '.tell.connected and .caught_up'
}

# Accounts that changed something at the second director.
believed() { second_get /v1/cluster | jq '.received | .entered + .changed'; }

strangers() {
    local before line="1 1 a 1 0 2 proxies server1"
    before=$(believed)
    check "entries of strangers: no batch" redis XADD sipsteer:lab '*' batch nonsense
    check "another field" redis XADD sipsteer:lab '*' other "1 x 0 1 1 0 1"
    check "a long one" redis XADD sipsteer:lab '*' batch "$(head -c 100000 /dev/zero | tr '\0' 1)"
    check "another secret" redis XADD sipsteer:lab '*' batch "1 stranger 1 1 1 ffff 1000"$'\n'"$line"
    check "three are malformed, one call is foreign" wait_until 60 second_is /v1/cluster \
        '.received.malformed_batches == 3 and .received.foreign == 1'
    check "the log names what differs" grep -q 'event=cluster_director_differs director=stranger what=secret' "$WORK/second/log"
    check_equal "no call is another one because of them" "$before" "$(believed)"
}

# Without its table, pins and log.
forget_second() {
    kill -TERM "$SECOND"
    check "the second director stops" wait_until 60 is_gone "$SECOND"
    on_host user2 "$SIPSTEERD" --config "$WORK/second/config.json" --detach >"$WORK/detach.log" 2>&1
    : >"$WORK/second/log"
    start_on user2 "$WORK/second/log" "$SIPSTEERD" --config "$WORK/second/config.json"
    SECOND=$LAST_PID
}

new_director() {
    forget_second
    check "one that knows nothing begins with what Redis keeps" wait_until 60 second_is /v1/cluster \
        ".caught_up and .received.entered >= $((2 * COUNT))"
}

# A replica that has not reached its master is empty, and then has all at once. The stream has nothing of it.
late_replica() {
    local replica=$WORK/redis/replica
    mkdir -p "$replica"
    start_on user2 "$replica/log" redis-server --port 0 --unixsocket "$replica/sock" --save '' --dir "$replica" \
        --replicaof "$(host_address user2 4)" 6379 --masterauth wrong
    check "the stream is empty" redis XTRIM sipsteer:lab MAXLEN 0
    jq --arg sock "$replica/sock" '.cluster.redis = {addresses: [$sock]}' "$WORK/second/config.json" >"$WORK/second-config.json"
    cp "$WORK/second-config.json" "$WORK/second/config.json"
    forget_second
    check "a director hears nothing from a replica that has not reached its master" wait_until 60 second_is /v1/cluster \
        '.caught_up and .received.entered == 0'
    redis-cli -s "$replica/sock" CONFIG SET masterauth "$PASSWORD" >"$WORK/redis/answer"
    check "when the replica is in step, it hears of every call" wait_until 60 second_is /v1/cluster \
        ".caught_up and .received.entered >= $((2 * COUNT))"
}

# BIRD with its example, on the first director: its VIP's route is there while the director steers.
announces() {
    start_on director "$WORK/bird.log" bird -f -c "$PROJECT_DIR/deploy/bird/bird.conf" -s "$WORK/bird.ctl" -P "$WORK/bird.pid"
    check "BIRD runs, and announces nothing" wait_until 60 bird_says down
    check "sipsteer-announce looks" announce
    check "the VIP of a service that is up is announced" bird_says up
    check "the director stops" end_director TERM
    check "sipsteer-announce looks again" announce
    check "nothing is announced any more" bird_says down
}

announce() {
    on_host director "$PROJECT_DIR/deploy/bird/sipsteer-announce" --once "$(director_file api.sock)" "$WORK/bird.ctl"
}

bird_says() { grep -Eq "^vip_sip +Static +[^ ]+ +$1 " < <(birdc -s "$WORK/bird.ctl" show protocols 2>&1); } # up|down

e2e_begin cluster "$@"
require_root_and redis-server redis-cli bird birdc
printf '%s\n' "$PASSWORD" >"$WORK/password"
printf '%s\n' "$PASSWORD" >"$WORK/second-password"
start_proxies record-route
start_redis
start_director "$PATIENT_PROBES | $(cluster_of_first nothing)"
start_second
without_sharing
share_calls
with_sharing
without_redis
hanging_redis
full_redis
wrong_password
strangers
new_director
late_replica
announces
e2e_end
