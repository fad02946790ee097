#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The packaged fail2ban with the action, the filter and the jail of deploy/fail2ban: failed authentications in a
# log ban their address, and the director drops its packets until fail2ban lifts the ban.
#
# fail2ban runs with a directory of its own: configuration, socket, pid file, database and log.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly JAIL=sipsteer-kamailio

sipsteer() { "${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" "$@"; }

fail2ban() { fail2ban-client -c "$WORK/fail2ban" -s "$WORK/fail2ban.sock" "$@"; }

# The package's configuration with ours in it, and all files of a run in WORK.
configure_fail2ban() {
    local dir=$WORK/fail2ban
    cp -r /etc/fail2ban "$dir"
    rm -f "$dir"/jail.d/* # Debian's default has a jail for sshd
    cp -r "$PROJECT_DIR/deploy/fail2ban/." "$dir"
    printf '[Definition]\nlogtarget = %s\nsocket = %s\npidfile = %s\ndbfile = %s\n' "$WORK/fail2ban.log" \
        "$WORK/fail2ban.sock" "$WORK/fail2ban.pid" "$WORK/fail2ban.sqlite3" >"$dir/fail2ban.local"
    printf '[%s]\nlogpath = %s\naction = sipsteer[name=%s, sipsteer="%s --api %s"]\n' "$JAIL" "$WORK/kamailio.log" \
        "$JAIL" "${SIPSTEERD%/*}/sipsteer" "$(director_file api.sock)" >"$dir/jail.d/test.local"
    touch "$WORK/kamailio.log"
}

start_fail2ban() {
    fail2ban-server -c "$WORK/fail2ban" -s "$WORK/fail2ban.sock" -p "$WORK/fail2ban.pid" -f -x start \
        >"$WORK/fail2ban.out" 2>&1 </dev/null &
    STARTED+=("$!")
    check "fail2ban runs, with the jail" wait_until 60 jail_runs || true
}

jail_runs() { fail2ban status "$JAIL" >/dev/null 2>&1; }

# failures COUNT: of authentications from user1, as Kamailio's xlog writes them.
failures() {
    local n
    for ((n = 0; n < $1; n++)); do
        printf '%s director kamailio[4711]: NOTICE: <script>: auth failed from %s user 100%d\n' \
            "$(date '+%b %e %H:%M:%S')" "$(host_address user1 "$FAMILY")" "$n" >>"$WORK/kamailio.log"
    done
}

lift() { fail2ban set "$JAIL" unbanip "$(host_address user1 "$FAMILY")" >/dev/null; }

bans_are() { [[ $(sipsteer get bans -o json | jq .total) == "$1" ]]; } # COUNT

is_found() { [[ $(call_json "$1" | jq .found) == true ]]; } # CALL-ID

denied_is() { status_is "[.services[].denied] | add == $1"; } # PACKETS

banned_and_back() {
    failures 9
    send_request INVITE nine@x "$VIP" 5060
    check "after nine failures its calls are taken" wait_until 60 is_found nine@x
    failures 1
    check "the tenth bans the address" wait_until 120 bans_are 1
    check_json "for an hour, with the jail's name" '.bans[0] | .comment == "fail2ban sipsteer-kamailio" and
        ((.until | fromdateiso8601) - (.since | fromdateiso8601) | . >= 3599 and . <= 3601)' \
        "$(sipsteer get bans -o json | jq -c .)"
    send_request INVITE banned@x "$VIP" 5060
    check "its packets are denied" wait_until 60 denied_is 1
    check "and make no call" test "$(call_json banned@x | jq .found)" = false
    check "fail2ban lifts the ban" lift
    check "the director, too" wait_until 60 bans_are 0
    send_request INVITE back@x "$VIP" 5060
    check "its calls are taken again" wait_until 60 is_found back@x
}

e2e_begin fail2ban "$@"
if ! command -v fail2ban-server >/dev/null; then
    echo "skipped: fail2ban is missing; install the package fail2ban"
    exit 77
fi
start_proxies record-route
start_director "$PATIENT_PROBES"
configure_fail2ban
start_fail2ban
banned_and_back
fail2ban stop >/dev/null || true
e2e_end
