#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A pair of directors by the examples of deploy/: keepalived moves the VIPs, and each director has a Redis, one the
# replica of the other by TLS. SIPp's calls run on while the pool changes, a director dies, another one loses its
# cable, and the VIPs come back. No call fails, and none changes its server.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until and check call
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"
# shellcheck source=test/e2e/lib_directors.sh
. "$E2E_DIR/lib_directors.sh"

readonly SECOND_HOST=user3
readonly RATE=60 # calls a second
declare -A KEEPALIVED=()

other_of() { if [[ $1 == first ]]; then echo second; else echo first; fi; } # NAME

address_of() { host_address "${DIRECTOR_AT[$1]}" 4; } # NAME

# --- Redis, by deploy/redis -------------------------------------------------------------------------

make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab \
        -keyout "$WORK/redis.key" -out "$WORK/redis.pem" 2>/dev/null
    cp "$WORK/redis.pem" "$WORK/ca.pem"
    cp "$PROJECT_DIR/deploy/redis/users.acl" "$WORK/users.acl"
    printf 'SIPSTEER-PASSWORD\n' >"$WORK/password"
    printf 'KEEPALIVED-PASSWORD\n' >"$WORK/keepalived-password"
}

# Remarks go, as Redis takes a "#" in a line for a value. The directors have a cable of their own here.
start_redis() { # NAME
    local dir=$WORK/redis-$1
    mkdir -p "$dir"
    sed "s|/etc/redis/tls|$WORK|; s|/etc/redis/users.acl|$WORK/users.acl|; s|/run/redis|$dir|; s|/var/lib/redis|$dir|
         s|^bind 192.0.2.11.*|bind $(address_of "$1")|; s|^port 0|port 6380|; s|^# \(master[a-z]* [^ ]*\).*|\1|" \
        "$PROJECT_DIR/deploy/redis/redis.conf" | sed 's/ *# .*$//' >"$dir/redis.conf"
    start_on "${DIRECTOR_AT[$1]}" "$dir/log" redis-server "$dir/redis.conf"
    wait_until 60 redis_role "$1" master || die "Redis does not start: $(tail -n 3 "$dir/log")"
}

redis_role() { # NAME master|slave
    REDISCLI_AUTH=SIPSTEER-PASSWORD redis-cli -s "$WORK/redis-$1/redis.sock" --user sipsteer --no-auth-warning ROLE \
        2>"$WORK/redis-cli.log" | sed -n 1p | grep -qx "$2"
}

redis_follows() { redis_role "$1" master && redis_role "$(other_of "$1")" slave; } # NAME

# Each hears from its own Redis. It tells the one that takes writes.
cluster_of() { # NAME
    printf '.cluster = {name: "lab", director: "%s", redis: {addresses: ["%s", "%s:6380"], user: "sipsteer",
        password_file: "%s"}}' "$1" "$WORK/redis-$1/redis.sock" "$(address_of "$(other_of "$1")")" "$WORK/password"
}

# --- keepalived, by deploy/keepalived ---------------------------------------------------------------

# keepalived runs no script that others may write to, nor one in such a folder: the lab's is root's.
start_keepalived() { # NAME PRIORITY
    local dir=$WORK/keepalived-$1 example=$PROJECT_DIR/deploy/keepalived redis=$WORK/redis-$1/redis.sock
    mkdir -p "$dir"
    cp "$example"/sipsteer-* "$dir"
    sed "s|/usr/share/doc/sipsteer/examples/keepalived|$dir|; s|router_id west-1|router_id $1|; s|priority 150|priority $2|
         s|sipsteer-ready\"|sipsteer-ready $(directory_of "$1")/api.sock\"|
         s|sipsteer-redis-role .*\"|sipsteer-redis-role $VIP $(address_of "$(other_of "$1")") $redis $WORK/keepalived-password\"|
         s|198.51.100.100|$VIP|; s|2001:db8:1::100|$VIP6|" "$example/keepalived.conf" >"$dir/keepalived.conf"
    start_on "${DIRECTOR_AT[$1]}" "$dir/log" keepalived --dont-fork --log-console --vrrp --use-file "$dir/keepalived.conf" \
        --pid "$dir/pid" --vrrp_pid "$dir/vrrp.pid"
    KEEPALIVED[$1]=$LAST_PID
}

steers() { # NAME: it has both VIPs, the other one has none
    local other
    other=$(other_of "$1")
    has_vip "$1" && has_vip "$1" "$VIP6" && ! has_vip "$other" && ! has_vip "$other" "$VIP6"
}

# --- the pair ---------------------------------------------------------------------------------------

shares() { is_of "$1" /v1/cluster '.caught_up and .tell.connected and ([.directors[] | select(.here)] | length == 1)'; } # NAME

# Early ones too: nobody confirms a call whose director changes between INVITE and ACK.
knows() { is_of "$1" /v1/status ".calls.by_state | .early + .confirmed >= $2"; } # NAME COUNT

# All calls that run now, while others begin.
await_known() { # NAME
    local running=$(($(user1_stat "established(C)") - CALLS_HUNG_UP))
    if wait_until 60 knows "$1" "$running"; then
        ok "the $1 director knows the $running running calls"
        return
    fi
    not_ok "the $1 director knows the $running running calls"
    comment "here: $(get_of "$1" /v1/status | jq -c .calls.by_state) $(get_of "$1" /v1/cluster)"
    comment "there: $(get_of "$(other_of "$1")" /v1/status | jq -c .calls.by_state) $(get_of "$(other_of "$1")" /v1/cluster)"
}

start_pair() {
    start_proxies record-route
    make_certificate
    DIRECTOR_AT[second]=$SECOND_HOST
    start_redis first
    start_redis second
    start_director "$PATIENT_PROBES"' | del(.services[].vip_interface)
        | .services += [.services[0] + {name: "sip6", address: "'"$VIP6"'"}]
        | .pools[0].servers |= .[:3] | '"$(cluster_of first)"
    add_director second $SECOND_HOST "$(cluster_of second)"
    start_keepalived first 150
    check "keepalived gives the VIPs to a director that is ready" wait_until 60 steers first
    start_keepalived second 100
    check "and Redis' roles with them" wait_until 60 redis_follows first
    check "the first director shares calls" wait_until 60 shares first
    check "the second one hears of them" wait_until 60 shares second
}

configure_both() { # WHAT JQ-FILTER
    check "$1: at the first director" configure_director first "$2"
    check "$1: at the second one" configure_director second "$2"
}

moves_to() { # NAME WHAT
    check_within "$2: the VIPs are at the $1 director" 5 steers "$1"
}

calls_go_on() { # NAME: of the director that has the VIPs
    check "its Redis takes writes, the other one is its replica" wait_until 60 redis_follows "$1"
    more_calls 100
    ok "calls go on"
}

# The pool changes, so that the ring says other servers for calls that run.
change_pool() {
    CHANGED_AT=$(now)
    configure_both "server1 drains, server4 is new" \
        "$(set_server server1 '{admin: "draining"}') | .pools[0].servers += [{name: \"server4\", address: \"$(host_address server4 4)\"}]"
    check "server4 takes calls at the first director" wait_until 60 all_up_at first
    check "and at the second one" wait_until 60 all_up_at second
    more_calls 60
}

# The program in the kernel steers on until the VIPs move. Calls of that time are known to nobody, but the ring
# sends them to their servers.
daemon_dies() {
    await_known second
    end_director KILL
    T0=$(now)
    moves_to second "the first daemon is killed"
    calls_go_on second
    MOVED_AT=$(now)
    hang_up 150
    BACK_AT=$(now)
    run_director first
    check "the first director is back, and up" wait_until 60 all_up_at first
    check "it shares again" wait_until 60 shares first
    await_known first
    await_known second
    check "the VIPs stay where they are" steers second
}

# Meanwhile the pool changes, and no call begins in the moment in which nobody can hear of it.
cable_is_cut() {
    configure_both "server1 takes calls again, server2 more" \
        "$(set_server server1 '{admin: "enabled"}') | $(set_server server2 '{weight: 30}')"
    more_calls 60
    pause_placing
    await_known first
    set_director_link second down
    moves_to first "the second director's cable is cut"
    configure_both "server3 drains" "$(set_server server3 '{admin: "draining"}')"
    pause_placing
    calls_go_on first
    hang_up 300
    set_director_link second up
    check "the cable is back: the second director is up" wait_until 60 all_up_at second
    check "it shares again" wait_until 60 shares second
    await_known second
    check "the VIPs stay where they are" steers first
}

# As before maintenance: keepalived hands over first.
handed_over() {
    T0=$(now)
    stop_pid "${KEEPALIVED[first]}" TERM 10 || true
    moves_to second "keepalived is stopped on the first one"
    more_calls 60
}

# Calls of server1 that began before it drained, and whose BYE came to it between two fail-overs.
calls_over_the_change() {
    awk -v changed="$CHANGED_AT" -v moved="$MOVED_AT" -v back="$BACK_AT" '
        $3 == "server1" && $4 == "INVITE" && $1 < changed { early[$2] }
        $3 == "server1" && $4 == "BYE" && $1 > moved && $1 < back && ($2 in early) { ended[$2] }
        END { print length(ended) }' "$CALLS_DIR/seen"
}

e2e_begin many-directors --ipv6 --clients 3 "$@"
require_root_and redis-server redis-cli keepalived openssl
VIP6=$VIP
FAMILY=4 VIP=$(vip_address 4)
start_pair
begin_calls $RATE
await_established 200
change_pool
daemon_dies
cable_is_cut
handed_over
end_calls
comment "$(calls_result)"
check_calls "two fail-overs, two changes of the pool, one hand-over"
off_ring=$(calls_over_the_change)
check "$off_ring of them began at server1, and hung up by the second director when server1 drained" test "$off_ring" -gt 10
e2e_end
