#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the daemon put on the host is taken away, by others or by the host's own changes: program, VIP, interface.
# It puts it back by itself, says so once, and goes on saying what it cannot mend.
#
# shellcheck disable=SC2016,SC2317  # jq filters; functions that wait_until calls
set -euo pipefail

# shellcheck source=test/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_host.sh
. "$E2E_DIR/lib_host.sh"

answers() {
    grep -q 'SIP/2.0 200' < <(on_host user1 timeout 3 "$DEMO_DIR/sip-options" "$VIP" 1 \
        "$(host_address user1 "$FAMILY")" 2>&1)
}
check_steers() { check "$1: the VIP answers through the director" wait_until 60 answers; }
repairs() { director_get /v1/status | jq ".host_repairs.$1"; } # programs|vips
repaired_more() { (($(repairs "$1") > $2)); }                  # programs|vips COUNT

# Looks are a second apart: the daemon lives on for some.
looked_on() { (($(director_get /v1/status | jq .uptime_seconds) > UPTIME + 4)); }

program_off() {
    local before lines
    before=$(repairs programs)
    lines=$(log_lines xdp_put_back)
    on_host director ip link set dev eth0 "$(native_flag)" off
    check "the program is taken off: it is put back" wait_until 60 repaired_more programs "$before"
    check "it is on the interface" has_program eth0
    check_equal "that is logged once, with what was found" "$((lines + 1))" "$(log_lines xdp_put_back)"
    check "the metric counts it" grep -q "^sipsteer_host_repairs_total{what=\"program\"} $((before + 1))\$" \
        <(director_get /metrics)
    check "the director is ready again" wait_until 60 is_ready
    check_steers "the program was off"
}

another_program() {
    local lines pass
    pass=$(jq -r .dir <<<"$LAB_INFO")/pass.o
    lines=$(log_lines host_trouble)
    on_host director ip -force link set dev eth0 xdpdrv object "$pass" section xdp.frags
    check "another's program in its place: the status says that ours is not attached, and why" \
        wait_until 60 status_is '.interfaces[0] | .attached == false and (.problem | contains("another XDP program"))'
    check "so does the metric" grep -q '^sipsteer_interface_attached{interface="eth0"} 0$' <(director_get /metrics)
    check "so does the command line" grep -q 'interface eth0: not attached: another XDP program' \
        <("${SIPSTEERD%/*}/sipsteer" --api "$(director_file api.sock)" status)
    check_json "it is not ready" '.detail | contains("interface eth0: another program")' "$(api_body GET /readyz)"
    UPTIME=$(director_get /v1/status | jq .uptime_seconds)
    check "it looks some more" wait_until 60 looked_on
    check_equal "the log says it once" "$((lines + 1))" "$(log_lines host_trouble)"
    on_host director ip link set dev eth0 xdpdrv off
    check "it is gone: ours is put back" wait_until 60 status_is '.interfaces[0] | .attached and (has("problem") | not)'
    check "the trouble is over, says the log" wait_until 60 log_has_more host_trouble_over 0
    check_steers "another's program was there"
}

vip_off() {
    local before
    before=$(repairs vips)
    on_host director ip address del "$VIP/$PREFIX" dev eth0
    check "the VIP is taken off: it is put back" wait_until 60 repaired_more vips "$before"
    check "it is on the interface" wait_until 60 vip_is_on eth0
    check "that is logged, with what was found" grep -q "event=vip_put_back address=$VIP interface=eth0 found=" \
        "$(director_file log)"
    on_host user1 ip neigh flush all
    check_steers "the VIP was off"
}

interface_off_and_on() {
    on_host director ip link set eth0 down
    check "the link is down: the status says so" wait_until 60 status_is '.interfaces[0].link == "down"'
    on_host director ip link set eth0 up
    ((FAMILY == 4)) || on_host director ip -6 address add "$(host_address director 6)/64" dev eth0 nodad
    check "the interface was switched off and on: the VIP is there" wait_until 60 vip_is_on eth0
    check "and it is ready" wait_until 60 is_ready
    on_host user1 ip neigh flush all
    check_steers "the interface was switched off and on"
}

interface_made_again() {
    on_host switch ip link del director-eth0
    check "the interface is gone: the status says so" \
        wait_until 60 status_is '.interfaces[0] | .attached == false and .problem == "there is no such interface"'
    check_json "so does /readyz" '.detail | contains("interface eth0: there is no such interface")' \
        "$(api_body GET /readyz)"
    make_eth0
    check "it is made again: it has the program" wait_until 60 has_program eth0
    check "it has the VIP" wait_until 60 vip_is_on eth0
    check "it is ready" wait_until 60 is_ready
    check "frames for the servers leave by it" wait_until 60 status_is \
        "all(.pools[].servers[]; .next_hop.ifindex == $(on_host director ip -j link show eth0 | jq '.[0].ifindex'))"
    check_steers "the interface was made again"
    check_equal "no server was down for it" 0 "$(log_lines server_down)"
}

interface_renamed() {
    on_host director ip link set eth0 down
    on_host director ip link set eth0 name lan0
    on_host director ip link set lan0 up
    ((FAMILY == 4)) || on_host director ip -6 address add "$(host_address director 6)/64" dev lan0 nodad
    check "the interface has another name: the status says it" wait_until 60 status_is \
        '.interfaces[0] | .name == "eth0" and .attached and .problem == "it is called lan0 now; change the configuration"'
    check "the program stays on it" has_program lan0
    check "the VIP stays on it" wait_until 60 vip_is_on lan0
    on_host user1 ip neigh flush all
    check_steers "the interface has another name"
    on_host director ip link add eth0 type veth peer name eth0peer
    on_host director ip link set eth0 up
    check "another interface takes the name: the VIP is on that alone" wait_until 60 vip_is_on eth0
    check "so is the program" wait_until 60 has_program eth0
    check "not on the one that had the name" is_not has_program lan0
    on_host director ip link del eth0
    on_host director ip link set lan0 down
    on_host director ip link set lan0 name eth0
    on_host director ip link set eth0 up
    ((FAMILY == 4)) || on_host director ip -6 address add "$(host_address director 6)/64" dev eth0 nodad
    check "it has its name again: it has the VIP" wait_until 60 vip_is_on eth0
    check "it has the program" wait_until 60 has_program eth0
    on_host user1 ip neigh flush all
    check_steers "it has its name again"
}

is_not() { ! "$@"; }

one_of_two_is_missing() {
    local lines
    on_host director ip link del spare0
    check "a second interface is gone: the status says which" wait_until 60 status_is \
        '.interfaces | map({(.name): .attached}) | add == {eth0: true, spare0: false}'
    lines=$(wc -l <"$(director_file log)")
    check_json "the call table is resized without it" '.changed and .warnings == []' \
        "$(api_body PATCH /v1/config '{"calls": {"capacity": 40000}}')"
    check "it is resized" wait_until 60 status_is '.calls.entries > 40000'
    check "few lines are written about it" test "$(($(wc -l <"$(director_file log)") - lines))" -lt 12
    check_steers "resized without the second interface"
    end_director TERM
    start_again
    check "a start goes on without it" wait_until 60 status_is '.interfaces[] | select(.name == "eth0").attached'
    check_steers "started without the second interface"
    on_host director ip link add spare0 type veth peer name spare1
    on_host director ip link set spare0 up
    check "it is there: it gets the program" wait_until 60 has_program spare0
    check "and it is ready" wait_until 60 is_ready
}

wrong_vip_interface() {
    check_json "a vip_interface that there is not is refused" \
        '.status == 409 and (.detail | contains("there is no interface eth9"))' \
        "$(api_body PATCH /v1/services/sip '{"vip_interface": "eth9"}')"
    check "the VIP stays where it is" vip_is_on eth0
    check_json "one that there is is taken" '.changed and .warnings == []' \
        "$(api_body PATCH /v1/services/sip '{"vip_interface": "spare0"}')"
    check "the VIP is there alone" vip_is_on spare0
    api PATCH /v1/services/sip '{"vip_interface": "eth0"}' >/dev/null
    check "and back" vip_is_on eth0
}

e2e_begin host "$@"
PREFIX=$( ((FAMILY == 4)) && echo 32 || echo 128)
start_proxies record-route
on_host director ip link add spare0 type veth peer name spare1
on_host director ip link set spare0 up
start_director '.on_exit = "leave" | .calls.capacity = 20000 | .interfaces += [{name: "spare0"}]'
check_steers "at first"
check_equal "at first nothing is repaired" '0 0' "$(repairs programs) $(repairs vips)"
program_off
another_program
vip_off
interface_off_and_on
interface_made_again
interface_renamed
one_of_two_is_missing
wrong_vip_interface
e2e_end
