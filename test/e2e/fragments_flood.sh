#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A flood of invented later fragments, half of them in the name of a client, while that client sends INVITEs
# longer than a frame, each from its last fragment to its first. Each INVITE reaches one server whole; the
# daemon answers; memory and counters keep their word.
#
# FLOOD_RATE: fragments a second (default 5000).
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_fragments.sh
. "$E2E_DIR/lib_fragments.sh"
# shellcheck source=test/e2e/lib_keepers.sh
. "$E2E_DIR/lib_keepers.sh"

readonly CALLS=50 # of each length
readonly PAUSE=4  # milliseconds after each fragment of theirs
readonly HELD_BYTES=$((1 << 20))
FLOOD=''

fragments_now() { director_get /v1/status | jq ".fragments.$1"; }
held_at_least() { (($(fragments_now held) >= $1)); }
nothing_is_held() { (($(fragments_now bytes_held_now) == 0)); }

daemon_ticks() { awk '{ print $14 + $15 }' "/proc/$(<"$RUN_DIR/director/pid")/stat"; }

start_flood() {
    start_on user2 "$WORK/flood" python3 -B "$E2E_DIR/fragments_flood.py" --rate "${FLOOD_RATE:-5000}" \
        --avoid "$WORK/reversed.pcap" "$(host_get user2 interface)" "$(host_get director mac)" "$VIP" \
        "$(host_address user1 "$FAMILY")"
    FLOOD=$LAST_PID
    check "the flood's fragments are held" wait_until 60 held_at_least 2000
}

stop_flood() { stop_pid "$FLOOD" || true; }

# For people: nothing is judged by it.
show_cost() {
    local ticks begin
    ticks=$(daemon_ticks) begin=$(date +%s%N)
    sleep "${FLOOD_SECONDS:-2}"
    comment "$(awk -v ticks=$(($(daemon_ticks) - ticks)) -v ns=$(($(date +%s%N) - begin)) -v rate="${FLOOD_RATE:-5000}" \
        'BEGIN { printf "the daemon took %.1f %% of a CPU for %d a second", ticks * 1e9 / ns, rate }')"
}

# Asked all the while that the INVITEs are sent.
ask_health() {
    local asked=0
    while [[ ! -e $WORK/over ]]; do
        director_get /healthz >/dev/null || return 1
        (($(fragments_now bytes_held_now) <= HELD_BYTES)) || return 1
        asked=$((asked + 1))
    done
    comment "asked $asked times"
}

check_invites() {
    local asker
    ask_health &
    asker=$!
    send_recorded reversed "$PAUSE"
    wait_until 60 kept_at_least $((2 * CALLS)) || true
    : >"$WORK/over"
    check "/healthz answers, and no more bytes are held than allowed" wait "$asker"
    check_json "each INVITE reaches one server whole" \
        ".sent == 2 * $CALLS and .whole == .sent and .lost == 0 and .twice == 0 and .foreign == 0" \
        "$(python3 -B "$E2E_DIR/fragments_check.py" --kept "$WORK"/kept/* -- "$WORK/reversed.pcap")"
}

check_counts() {
    wait_until 60 nothing_is_held || true
    check_json "each fragment that was held is counted once, by its end" \
        ".fragments | .bytes_held_now == 0 and .held == .released + .expired + .no_room + .failed + .misfits + .unwanted
        and .released == 3 * $CALLS" "$(director_get /v1/status)"
    check_json "the data plane counts as many as held, and none without a reason" \
        '.fragments.held as $held | [.reasons[] | select(.reason | startswith("fragment_"))] as $counted
        | ($counted | map(select(.reason == "fragment_held") | .packets) | add) == $held
        and ($counted | map(.packets) | add) <= '"$((3 * CALLS)) + $(tail -n 1 "$WORK/flood")" "$(director_get /v1/status)"
}

e2e_begin fragflood "$@"
vip_neighbour replace
measure_fillers
capture_invites reversed "$CALLS"
vip_neighbour del
start_servers
start_director ".fragments.held_bytes = $HELD_BYTES"
start_flood
show_cost
check_invites
stop_flood
check_counts
e2e_end
