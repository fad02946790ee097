# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Faults of the host: something is taken from the director. Each function takes it, marks when, and returns when the
# daemon is ready again. Neighbour entries for the VIP are flushed where a router's would have ended with time.
# Sourced by campaign.sh.
#
# shellcheck disable=SC2034,SC2153,SC2154,SC2317  # set in campaign.sh, test/e2e/lib*.sh, and called by name

forget_vip() { on_host user1 ip neigh flush all; }

fault_link_down() {
    mark began
    on_host director ip link set eth0 down
    sleep "$PAUSE"
    on_host director ip link set eth0 up
    mark undone
    wait_ready
}

fault_interface_anew() {
    mark began
    on_host switch ip link del director-eth0
    sleep "$PAUSE"
    make_eth0
    mark undone
    wait_ready
}

# It keeps its new name until the measurement is over.
fault_interface_renamed() {
    mark began
    on_host director ip link set eth0 down
    on_host director ip link set eth0 name lan0
    on_host director ip link set lan0 up
    mark undone
    wait_until 60 vip_is_on lan0
}

undo_interface_renamed() {
    on_host director ip link set lan0 down
    on_host director ip link set lan0 name eth0
    on_host director ip link set eth0 up
}

fault_program_off() {
    mark began
    on_host director ip link set dev eth0 "$(native_flag)" off
    wait_until 60 has_program eth0 && wait_ready
}

fault_vip_off() {
    mark began
    on_host director ip address del "$VIP/32" dev eth0
    forget_vip
    wait_until 60 vip_is_on eth0 && wait_ready
}

# The pins go while the program runs, and then the daemon is killed: the next one finds a program without pins.
fault_pins_lost() {
    mark began
    rm -rf "$(jq -r .pin_dir "$(director_file config.json)")"
    sleep "$PAUSE"
    end_director KILL || return 1
    start_next
    wait_ready
}
