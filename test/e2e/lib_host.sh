# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The director's interface in a lab with one NIC, for tests that take something off it. Sourced after lib_life.sh.
#
# shellcheck disable=SC2153,SC2317  # VIP, FAMILY and others are set in lib.sh; what the tests call

is_ready() { [[ $(api GET /readyz | tail -n 1) == 200 ]]; }
has_program() { grep -q "^$1 " < <(director_programs); } # INTERFACE
vip_is_on() { [[ $(vip_places "$VIP") == "$1" ]]; } # INTERFACE

# The word of ip(8) for the mode in which the program is attached.
native_flag() { [[ $(director_programs | sed -n '1s/^[^ ]* \([^ ]*\).*/\1/p') == 1 ]] && echo xdpdrv || echo xdpgeneric; }

# The interface and its peer at the switch anew, as tools/lab makes them. The VIP and the program are the daemon's.
make_eth0() {
    local segment=1
    on_host switch ip link add director-eth0 numrxqueues 2 numtxqueues 2 type veth peer name eth0 \
        address 02:00:00:00:02:01 numrxqueues 2 numtxqueues 2 netns "$(host_get director netns)"
    on_host switch ip link set director-eth0 master "br$segment"
    on_host switch ethtool -K director-eth0 gro on tx off tso off gso off rxvlan off txvlan off >/dev/null
    on_host director ethtool -K eth0 gro on tx off tso off gso off rxvlan off txvlan off >/dev/null
    on_host switch ip link set director-eth0 xdpdrv object "$(jq -r .dir <<<"$LAB_INFO")/pass.o" section xdp.frags
    on_host switch ip link set director-eth0 up
    on_host director ip link set eth0 up
    if ((FAMILY == 4)); then
        on_host director ip address add "$(host_address director 4)/24" dev eth0
    else
        on_host director ip -6 address add "$(host_address director 6)/64" dev eth0 nodad
    fi
}
