#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Faults of what is around the daemon: a capability is missing, files of state_dir are damaged, a pinned map has
# another size, the clock is that of a time namespace, the disk is full. The daemon names what is wrong, loses no call
# by it, and forgets nothing that it did.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly SECOND_VIP=198.51.100.101
STATE='' # the daemon's state_dir

# As start_again, but what the log says is of this run.
start_anew() {
    : >"$(director_file log)"
    start_again
}

log_says() { grep -q "$1" "$(director_file log)"; } # PATTERN
metric_is() { grep -qx "$1" < <(director_get /metrics); } # LINE

# start_without CAPABILITY: prints the exit code; what the daemon says is in $WORK/without.
start_without() {
    local code=0
    on_host director timeout -k 2 60 setpriv --bounding-set "-$1" --inh-caps "-$1" \
        "$SIPSTEERD" --config "$(director_file config.json)" >"$WORK/without" 2>&1 || code=$?
    printf '%d\n' "$code"
}

without_capabilities() {
    local capability
    director_tool config >"$(director_file config.json)"
    for capability in net_admin net_raw sys_admin; do
        check_equal "without CAP_${capability^^} the daemon does not start" 1 "$(start_without "$capability")"
        check "it names the capability" grep -q "CAP_${capability^^} (" "$WORK/without"
        check_no_traces "it has touched nothing"
        check "it has not made a state" test ! -e "$STATE/secret"
    done
}

damage_state() {
    jq '.addresses = [7] + .addresses' "$STATE/addresses.json" >"$WORK/addresses"
    cp "$WORK/addresses" "$STATE/addresses.json"
    printf '{"boot_id": "' >"$STATE/drains.json"
    : >"$STATE/config.json"
    truncate -s 15 "$STATE/secret"
}

damaged_state() {
    local file before
    before=$(sha256sum <"$STATE/secret")
    check_equal "a change over the API is saved" 200 \
        "$(api PATCH /v1/pools/proxies/servers/server1 '{"weight": 50}' | tail -n 1)"
    end_director TERM
    damage_state
    start_anew
    check "with damaged files the daemon starts" wait_until 200 log_says event=ready
    for file in addresses.json drains.json secret; do
        check "$file is named" log_says "event=state_file_damaged file=$STATE/$file"
        check "$file is set aside" test -e "$STATE/$file.damaged"
    done
    check "config.json is named and set aside" log_says "event=config_file_wins .*$STATE/config.json.old"
    check_equal "the program in the kernel had the secret: calls keep their servers" \
        "$before" "$(sha256sum <"$STATE/secret")"
    check_equal "the sound entry is kept: the VIP is known as the daemon's" "$VIP" \
        "$(jq -r '.addresses[].address' "$STATE/addresses.json")"
}

# Hands the exit code of the test on.
unmount_state() {
    local code=$?
    set +e
    umount -l "$STATE"
    return "$code"
}

full_disk() {
    end_director TERM
    cp -a "$STATE" "$WORK/state"
    mount -t tmpfs -o size=64k sipsteer-test "$STATE"
    trap 'unmount_state; e2e_clean_up' EXIT
    cp -a "$WORK/state/." "$STATE"
    start_anew
    wait_until 200 log_says event=ready
    dd if=/dev/zero of="$STATE/fill" bs=1k count=100 2>/dev/null || true
    check_equal "on a full disk a change over the API is refused" 500 \
        "$(api PATCH /v1/pools/proxies/servers/server1 '{"weight": 70}' | tail -n 1)"
    check_equal "and is not in force" 100 "$(director_get /v1/pools/proxies/servers/server1 | jq .weight)"
    reload_director '.services += [{name: "second", address: "'$SECOND_VIP'", pool: "proxies", vip_interface: "eth0"}]' \
        config_in_force
    check "a VIP that cannot be recorded is not added, and that is said" log_says 'event=host_trouble .*addresses.json'
    check_equal "it is on no interface" '' "$(vip_places $SECOND_VIP)"
    check "the metrics show that a file is not saved" metric_is 'sipsteer_state_files_unsaved 1'
    check_equal "the first VIP stays" eth0 "$(vip_places "$VIP")"
    rm "$STATE/fill"
    check "with room again the file is saved" wait_until 200 metric_is 'sipsteer_state_files_unsaved 0'
}

after_a_crash() {
    kill -HUP "$(director_pid)"
    check "with room again the VIP is added" wait_until 200 log_says "event=vip_added address=$SECOND_VIP"
    end_director KILL
    director_config '.services |= map(select(.name != "second"))'
    start_anew
    check "it is known after a crash, and taken away when it is not wanted" \
        wait_until 200 log_says "event=vip_removed address=$SECOND_VIP"
}

a_map_of_another_size() {
    local maps
    maps=$(echo "$(jq -r .pin_dir "$(director_file config.json)")"/maps-v*)
    end_director TERM
    mv "$maps/services" "$maps/services_kept"
    bpftool map create "$maps/services" type hash key 4 value 16 entries 4 name services
    check_equal "over a pinned map of another size the daemon does not start" 1 \
        "$(sipsteerd_exit "$WORK/pins" --config "$(director_file config.json)")"
    check "it names the map and the difference" \
        grep -q "$maps/services is not one of this version: its keys have 4 bytes instead of" "$WORK/pins"
    rm "$maps/services"
    mv "$maps/services_kept" "$maps/services"
    start_anew
    check "with the right map it takes all over" wait_until 200 log_says 'event=call_table .*taken_over=true'
    wait_until 200 log_says event=ready
}

call_is_there() { [[ $(call_json time@example.com | jq .found) == true ]]; }
has_passed() { status_is ".calls.sweep.passes >= $1"; } # PASSES

# The clock of the daemon is six days ahead of the kernel's, by which the program in the kernel notes calls.
a_time_namespace() {
    local passes
    if ! unshare --time --monotonic 500000 --boottime 500000 --fork true 2>"$WORK/unshare"; then
        comment "left out, no time namespace can be made here: $(cat "$WORK/unshare")"
        return
    fi
    end_director TERM
    : >"$(director_file log)"
    setsid nsenter --net="/run/netns/$(host_get director netns)" -- \
        unshare --time --monotonic 500000 --boottime 500000 --fork --kill-child -- \
        "$SIPSTEERD" --config "$(director_file config.json)" >"$(director_file log)" 2>&1 </dev/null &
    local starter=$!
    wait_until 200 log_says event=ready
    pgrep -P "$starter" >"$(director_file pid)"
    send_request INVITE time@example.com "$VIP" 5060
    check "in a time namespace a call is found" wait_until 200 call_is_there
    passes=$(director_get /v1/status | jq .calls.sweep.passes)
    wait_until 200 has_passed $((passes + 2))
    check_json "two passes of the sweep later it is still there, and young" \
        '.found and .call.idle_seconds < 120 and .call.age_seconds < 120' "$(call_json time@example.com)"
}

main() {
    e2e_begin surroundings "$@"
    start_proxies record-route
    mkdir -p "$RUN_DIR/director"
    STATE=$(director_file state)
    without_capabilities
    start_director '.on_exit = "leave"'
    damaged_state
    a_map_of_another_size
    a_time_namespace
    full_disk
    after_a_crash
    e2e_end
}

main "$@"
