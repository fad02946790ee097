#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A program that steers on while its maps are pinned nowhere: the pins were removed, the bpffs was unmounted, pin_dir
# was changed. The daemon that starts then takes program and calls over, or says why not.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

remove_pins() { rm -r "$(jq -r .pin_dir "$(director_file config.json)")"; }

unmount_bpffs() {
    local bpffs
    bpffs=$(jq -r .bpffs <<<"$LAB_INFO")
    umount "$bpffs"
    mount -t bpf sipsteer-test "$bpffs"
}

change_pin_dir() { CONFIG+=' | .pin_dir += "-elsewhere"'; }

# check_adopted DESCRIPTION FAULT...: the daemon ends, the fault comes, it starts again. With another weight each
# time: by the ring alone, calls would move.
check_adopted() {
    local name=$1 before
    shift
    end_director TERM
    before=$(director_programs)
    "$@"
    WEIGHT=$((WEIGHT + 100))
    start_director "$CONFIG | .pools[0].servers[0].weight = $WEIGHT"
    check "$name: the program is adopted" grep -q "event=program_adopted interface=${before%% *} " "$(director_file log)"
    check "$name: its calls are taken over" grep -q 'event=call_table .*taken_over=true' "$(director_file log)"
    check_equal "$name: it is replaced in one step" "$(wc -l <<<"$before") 0" \
        "$(log_lines xdp_replaced) $(log_lines xdp_attached)"
    check_equal "$name: one program is attached" "$(wc -l <<<"$before")" "$(director_programs | wc -l)"
    check_equal "$name: the servers have the names they had" "$NAMES" "$(names)"
    more_calls 50
}

names() { director_get /v1/status | jq -c '[.pools[].servers[].name]'; }

# A program of which nothing but the name and the maps' names are ours has no maps that this version could use.
replace_what_is_foreign() {
    local object=$WORK/old.o interface
    end_director TERM
    check_equal "sipsteerd --detach finds the program without pins" 0 \
        "$(remove_pins; sipsteerd_exit "$WORK/detach.log" --config "$(director_file config.json)" --detach)"
    check_no_traces "it takes it off"
    clang -O2 -g -target bpf "-I/usr/include/$(gcc -print-multiarch)" \
        -c "$E2E_DIR/orphans_old.bpf.c" -o "$object"
    interface=$(jq -r '.interfaces[0].name' "$(director_file config.json)")
    on_host director ip link set dev "$interface" xdp object "$object" section xdp.frags
    start_director "$CONFIG"
    check "one of another version is named" \
        grep -q "event=program_not_adopted interface=$interface .*another version" "$(director_file log)"
    check_equal "and replaced" 1 "$(log_lines xdp_replaced)"
}

main() {
    e2e_begin orphans "$@"
    CONFIG=".on_exit = \"leave\" | $PATIENT_PROBES"
    WEIGHT=100
    start_proxies record-route
    start_director "$CONFIG"
    NAMES=$(names)
    begin_traffic 60
    await_established 100
    check_adopted "with its pins removed" remove_pins
    check_adopted "with another pin_dir" change_pin_dir
    check_adopted "with another bpffs" unmount_bpffs
    end_traffic
    check_undisturbed "$(jq .calls <<<"$TRAFFIC_RESULT") calls during all this"
    replace_what_is_foreign
    e2e_end
}

main "$@"
