#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The examples for many directors, by the programs they are for: BIRD and keepalived read theirs, two Redis
# replicate by TLS with theirs, and the user of the directors may do what they need and no more.
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 not root or a program is missing.
set -euo pipefail

usage() {
    printf 'Usage: test/install/many_directors.sh\n\nChecks deploy/bird, deploy/keepalived and deploy/redis.\n'
}

case ${1:-} in
'') ;;
--help | -h) usage; exit 0 ;;
*) printf '%s: takes no arguments; try --help\n' "${0##*/}" >&2; exit 2 ;;
esac

DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../deploy" && pwd)
readonly DEPLOY
for program in bird keepalived redis-server redis-cli openssl ip unshare; do
    command -v "$program" >/dev/null || { echo "skipped: there is no $program"; exit 77; }
done
((EUID == 0)) || { echo "skipped: needs root"; exit 77; }

# Redis runs in a network of its own: this script starts itself in one.
if [[ -z ${MANY_DIRECTORS_NET:-} ]]; then
    MANY_DIRECTORS_NET=1 exec unshare --net "${BASH_SOURCE[0]}"
fi

WORK=$(mktemp -d)
STARTED=()
clean_up() {
    ((${#STARTED[@]} == 0)) || kill "${STARTED[@]}" 2>/dev/null || true
    wait
    rm -rf "$WORK"
}
trap clean_up EXIT
failures=0

# check DESCRIPTION COMMAND...
check() {
    local description=$1
    shift
    if "$@" >"$WORK/output" 2>&1; then
        printf 'ok - %s\n' "$description"
    else
        printf 'not ok - %s\n' "$description"
        sed 's/^/#   /' "$WORK/output" | tail -n 5
        failures=$((failures + 1))
    fi
}

fails() { ! "$@"; }

wait_until() { # COMMAND...: within half a minute
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    return 1
}

# --- BIRD and keepalived ----------------------------------------------------------------------------

check_bird() {
    check "BIRD reads its example" bird -p -c "$DEPLOY/bird/bird.conf"
    sed 's/export filter vips/export filter nobody/' "$DEPLOY/bird/bird.conf" >"$WORK/bird.conf"
    check "and would find a fault in it" fails bird -p -c "$WORK/bird.conf"
}

check_keepalived() {
    ip link add eth0 type veth peer name peer0
    sed "s|/usr/share/doc/sipsteer/examples/keepalived|$DEPLOY/keepalived|" "$DEPLOY/keepalived/keepalived.conf" \
        >"$WORK/keepalived.conf"
    check "keepalived reads its example" keepalived -t -f "$WORK/keepalived.conf"
    check "without a word" test ! -s "$WORK/output"
    sed 's/advert_int 0.3/advert_int never/' "$WORK/keepalived.conf" >"$WORK/keepalived-wrong.conf"
    check "and would find a fault in it" fails keepalived -t -f "$WORK/keepalived-wrong.conf"
    check "its check fails without a daemon" fails "$DEPLOY/keepalived/sipsteer-ready" "$WORK/no.sock"
}

# --- Redis ------------------------------------------------------------------------------------------

make_certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab \
        -keyout "$WORK/redis.key" -out "$WORK/redis.pem" 2>/dev/null
    cp "$WORK/redis.pem" "$WORK/ca.pem"
}

# start_redis NAME ADDRESS SED-SCRIPT: the example, with the paths of this test.
start_redis() {
    mkdir "$WORK/$1"
    sed "s|/etc/redis/tls|$WORK|; s|/etc/redis/users.acl|$WORK/users.acl|; s|/run/redis|$WORK/$1|; s|/var/lib/redis|$WORK/$1|
         s|^bind 192.0.2.11.*|bind $2|; $3" "$DEPLOY/redis/redis.conf" | sed 's/ *# .*$//' >"$WORK/$1/redis.conf"
    cp "$DEPLOY/redis/users.acl" "$WORK/users.acl"
    redis-server "$WORK/$1/redis.conf" >"$WORK/$1/log" 2>&1 &
    STARTED+=($!)
    check "Redis starts with its example: the $1" wait_until ask "$1" sipsteer ROLE
}

ask() { # NAME USER COMMAND...: as that user, over the socket; fails if Redis refuses
    local name=$1 user=$2 answer
    shift 2
    answer=$(redis-cli -s "$WORK/$name/redis.sock" --no-auth-warning --user "$user" --pass "${user^^}-PASSWORD" "$@")
    printf '%s\n' "$answer"
    [[ $answer != *NOPERM* && $answer != *NOAUTH* && $answer != *WRONGPASS* && $answer != *ERR* ]]
}

replicates() { [[ $(ask second sipsteer MGET sipsteer:west:call:1) == account ]]; }

check_redis() {
    ip link set lo up
    make_certificates
    start_redis first 127.0.0.11 ''
    start_redis second 127.0.0.12 's|^# \(replicaof\) [^ ]* 6379.*|\1 127.0.0.11 6379|; s|^# \(master[a-z]* [^ ]*\).*|\1|'
    check "the directors' user writes an account" ask first sipsteer SET sipsteer:west:call:1 account PX 60000
    check "and the stream" ask first sipsteer XADD sipsteer:west MAXLEN '~' 10000 '*' batch text
    check "it reads them" ask first sipsteer XREVRANGE sipsteer:west + - COUNT 1
    check "follows" ask first sipsteer XREAD COUNT 1 BLOCK 10 STREAMS sipsteer:west 0-0
    check "looks for keys" ask first sipsteer SCAN 0 MATCH 'sipsteer:west:call:*' COUNT 10
    check "and asks for the time" ask first sipsteer TIME
    check "it may not take away everything" fails ask first sipsteer FLUSHALL
    check "nor touch other keys" fails ask first sipsteer SET other 1
    check "nobody comes in without a password" fails ask first default PING
    check "keepalived's user may ask for the role" ask first keepalived ROLE
    check "but may read nothing" fails ask first keepalived MGET sipsteer:west:call:1
    check "the second one replicates by TLS" wait_until replicates
    check "and takes no writes" bash -c "redis-cli -s '$WORK/second/redis.sock' --user sipsteer \
        --pass SIPSTEER-PASSWORD SET sipsteer:west:call:2 x 2>/dev/null | grep READONLY"
    check_roles
}

# sipsteer-redis-role is run on the second director: the VIP comes to it and goes.
check_roles() {
    printf 'KEEPALIVED-PASSWORD\n' >"$WORK/keepalived-password"
    role_follows
    check "without the VIP the second one stays a replica" is_master second slave
    ip address add 198.51.100.100/32 dev lo
    role_follows
    check "with the VIP it becomes the master" is_master second master
    role_follows
    check "and stays it" is_master second master
    ip address del 198.51.100.100/32 dev lo
    role_follows
    check "without the VIP it is a replica again" is_master second slave
    check "of the first one" wait_until replicates
    rm "$WORK/keepalived-password"
    check "sipsteer-redis-role moves no VIP: it never fails" role_follows
}

role_follows() {
    "$DEPLOY/keepalived/sipsteer-redis-role" 198.51.100.100 127.0.0.11 "$WORK/second/redis.sock" "$WORK/keepalived-password" \
        >"$WORK/role.log" 2>&1
}

is_master() { # NAME master|slave
    [[ $(ask "$1" sipsteer ROLE | sed -n 1p) == "$2" ]]
}

check_bird
check_keepalived
check_redis
((failures == 0))
