#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# INVITEs longer than a frame (MTU 1500), as SIPp makes and the kernel cuts them: in order, reversed,
# interleaved with those of other calls, with one fragment twice, with one lost. Each complete datagram
# reaches one server whole, byte for byte; incomplete ones reach none and harm nothing.
#
# The calls are recorded first, while nobody takes frames for the VIP. But for "in order", where SIPp
# itself calls the VIP, the recorded frames are then sent in the order wanted.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_fragments.sh
. "$E2E_DIR/lib_fragments.sh"
# shellcheck source=test/e2e/lib_keepers.sh
. "$E2E_DIR/lib_keepers.sh"
# shellcheck source=test/e2e/lib_maps.sh
. "$E2E_DIR/lib_maps.sh"

# Milliseconds after each frame, so that a source keeps within the usual bound on fragments held (64 in
# 1.07 s): three frames of five overtake their first one when all are reversed, fewer when they are
# mixed, all of them when the first is lost.
readonly PAUSE_REVERSED=12 PAUSE_MIXED=10 PAUSE_ALL_HELD=20

# --- recording --------------------------------------------------------------------------------------

record_invites() {
    vip_neighbour replace
    measure_fillers
    capture_invites reversed 100
    capture_invites repeated 50
    capture_invites interleaved 100
    capture_invites one-lost 200
    capture_invites first-lost 50
    vip_neighbour del
}

# --- servers ----------------------------------------------------------------------------------------

# compare_kept CASE COUNT: what the servers have kept once it is COUNT datagrams, or after 5 s, compared
# with what was sent. Sets RESULT. The servers' directories are empty then.
compare_kept() {
    local server directories=()
    wait_until 60 kept_at_least "$2" || true
    sleep 0.5 # what is too much
    for server in "${SERVERS[@]}"; do
        directories+=("$WORK/$1/$server")
        mkdir -p "$WORK/$1/$server"
        find "$WORK/kept/$server" -type f ! -name '*.part' -exec mv -t "$WORK/$1/$server" {} +
    done
    [[ -e $WORK/$1.incomplete ]] || : >"$WORK/$1.incomplete"
    RESULT=$(python3 -B "$E2E_DIR/fragments_check.py" --incomplete "$WORK/$1.incomplete" \
        --kept "${directories[@]}" -- "$WORK/$1.pcap")
}

# check_places CASE COUNT: on the wire, over the whole of the test.
check_places() {
    local captures=()
    mapfile -t captures < <(printf "$WORK/%s.pcap\n" "${SERVERS[@]}")
    RESULT=$(python3 -B "$E2E_DIR/fragments_check.py" --captured "${captures[@]}" -- "$WORK/$1.pcap")
    check_json "$1: $2 fragments come to the servers, no datagram's to more than one of them" \
        ".fragments_split == 0 and .fragments_seen == $2" "$RESULT"
}

# --- cases ------------------------------------------------------------------------------------------

# fragments_now FIELD: of the daemon's status.
fragments_now() { director_get /v1/status | jq ".fragments.$1"; }

nothing_is_held() { (($(fragments_now bytes_held_now) == 0)); }

# check_arrived CASE COMPLETE-OF-EACH-SIZE INCOMPLETE-OF-EACH-SIZE
check_arrived() {
    local complete=$((2 * $2)) incomplete=$((2 * $3))
    compare_kept "$1" "$complete"
    comment "$(jq -r --arg case "IPv$FAMILY $1" '"\($case): sent \(.sent), received whole \(.whole), lost \(.lost)" +
        if .incomplete > 0 then "; sent without one fragment \(.incomplete), received \(.incomplete_arrived)"
        else "" end' <<<"$RESULT")"
    check_json "$1: INVITEs of $SHORT and $LONG bytes, $(($2 + $3)) of each" \
        ".sizes == {\"$SHORT\": $(($2 + $3)), \"$LONG\": $(($2 + $3))}" "$RESULT"
    ((complete == 0)) || check_json "$1: each complete datagram reaches one server, once, byte for byte" \
        ".sent == $complete and .whole == $complete and .lost == 0 and .twice == 0 and .foreign == 0" "$RESULT"
    ((incomplete == 0)) || check_json "$1: $incomplete incomplete datagrams, none of them reaches a server" \
        ".incomplete == $incomplete and .incomplete_arrived == 0 and .foreign == 0" "$RESULT"
}

check_in_order() {
    capture_invites in-order 100
    check_arrived in-order 100 0
    check_json "in-order: the datagrams are at all four servers" '.servers | length == 4 and all(. > 0)' "$RESULT"
    check_equal "in-order: no fragment had to be held" 0 "$(fragments_now held)"
}

check_reversed() {
    local before
    before=$(fragments_now released)
    send_recorded reversed "$PAUSE_REVERSED"
    check_arrived reversed 100 0
    check_equal "reversed: all 300 later fragments were held and released" 300 \
        "$(($(fragments_now released) - before))"
}

check_interleaved() {
    local before
    before=$(fragments_now released)
    send_recorded interleaved "$PAUSE_MIXED"
    check_arrived interleaved 100 0
    check "interleaved: some fragments were held and released" test "$(fragments_now released)" -gt "$before"
}

check_one_lost() {
    send_recorded one-lost "$PAUSE_MIXED"
    check_arrived one-lost 100 100
    check_map
}

# Datagrams that stay incomplete make no calls. tools/maps/fragments shows them at their servers; of 200, those
# that lost their first fragment (50 of two, 34 of three) have none.
# (In the Call-IDs of SIPp over IPv6 are brackets, which no path may have as they are.)
check_map() {
    local call fragments
    while read -r call; do
        director_get "/v1/calls/$call" | jq -r '.pools[0] | select(.found) | .call.server'
    done < <(jq -rR @uri "$WORK/one-lost.incomplete") >"$WORK/one-lost.calls"
    check_equal "one-lost: 200 incomplete datagrams were asked for, and none made a call" "200 0" \
        "$(wc -l <"$WORK/one-lost.incomplete") $(wc -l <"$WORK/one-lost.calls")"
    fragments=$(maps_tool fragments)
    check_equal "tools/maps/fragments: they are at all four servers" "server1 server2 server3 server4" \
        "$(jq -r '[.fragments[].server] | unique | join(" ")' <<<"$fragments")"
    check_json "116 of this client for this service, sent on, none of them whole" \
        "(.fragments | length) == 116 and (.more | not) and all(.fragments[]; .verdict == \"sent\" and .service == \"sip\"
        and .source == \"$(host_address user1 "$FAMILY")\" and .destination == \"$VIP\" and .passed_bytes > 0
        and .passed_bytes < $LONG + 8)" "$(jq -c . <<<"$fragments")"
}

# Later fragments whose first one never comes: 50 and twice 50.
check_first_lost() {
    local before
    wait_until 60 nothing_is_held
    before=$(fragments_now expired)
    send_recorded first-lost "$PAUSE_ALL_HELD"
    check_arrived first-lost 0 50
    wait_until 60 nothing_is_held || true
    check_equal "first-lost: all 150 fragments were held until their time was over" 150 \
        "$(($(fragments_now expired) - before))"
}

check_counts() {
    local status
    status=$(director_get /v1/status)
    check_json "nothing is held any more; each fragment held was released or expired" \
        '.fragments | .bytes_held_now == 0 and .held == .released + .expired and .no_room == 0 and .failed == 0' \
        "$status"
    check_json "each fragment held is counted by its reason, none was refused" \
        '.fragments.held as $held | [.reasons[] | select(.reason | startswith("fragment_"))]
        | map({(.reason): .packets}) == [{fragment_held: $held}]' "$status"
}

# A fragment that was held is known to have gone to the server: it is not sent there twice, whether the
# data plane drops the second one or, if that was the quicker, the daemon the first; which waits in vain
# for a datagram that was whole before the daemon came to it.
check_repeated() {
    local expired
    expired=$(fragments_now expired)
    send_recorded repeated "$PAUSE_REVERSED"
    check_arrived repeated 50 0
    wait_until 60 nothing_is_held || true
    check_json "repeated: the 50 fragments that came twice were dropped once" \
        '(.reasons | map(select(.reason == "fragment_absurd") | .packets) | add // 0)
        + .fragments.misfits + .fragments.expired - '"$expired"' == 50' "$(director_get /v1/status)"
}

e2e_begin fragments "$@"
record_invites
start_servers
start_director .
start_server_captures
check_in_order
check_reversed
check_interleaved
check_one_lost
check_first_lost
check_counts
check_repeated
stop_server_captures
check_places in-order 500
check_places reversed 500
check_places interleaved 500
check_places repeated 250
# Of 1000, 200 are lost, and without the first of two (50 times) or of three (34) the others stay.
check_places one-lost 682
check_places first-lost 0
e2e_end
