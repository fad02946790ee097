# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What payload scripts share; they say: . /lib/sipsteer/guest.sh

# Where the guest is on the segment, and where the host program reports (busybox sh).
GUEST_ADDRESS=198.51.100.2/24
VERDICT_PORT=9000

die() {
    echo "guest: error: $*"
    exit 1
}

# wait_until SECONDS COMMAND...: until the command succeeds.
wait_until() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        usleep 100000
    done
}

nic_up() {
    [ -d /sys/class/net/eth0 ] || die 'no eth0'
    ip addr add "$GUEST_ADDRESS" dev eth0
    ip link set eth0 up
}

# host_verdict: waits for the host program to connect, do its work and say "pass"; anything else fails.
host_verdict() {
    verdict=$(nc -l -p "$VERDICT_PORT" </dev/null)
    [ "$verdict" = pass ] || die "the host program said '$verdict'"
}

# The program on eth0 is attached in native mode, and is libxdp's dispatcher if there is one.
check_native_xdp() {
    id=$(bpftool net show dev eth0 | sed -n 's/^eth0([0-9]*) driver id \([0-9]*\).*/\1/p')
    [ -n "$id" ] || die "no native XDP on eth0: $(bpftool net show dev eth0)"
    program=$(bpftool prog show id "$id" | sed -n 1p)
    echo "guest: native XDP on eth0: $program"
    [ ! -e /payload/xdp-dispatcher.o ] || case $program in
        *'name xdp_dispatcher'*) ;;
        *) die 'not attached through the dispatcher of libxdp' ;;
    esac
}

# Each receive queue has sent frames back with XDP_TX.
check_every_queue_sent() {
    ethtool -S eth0 | sed -n 's/^ *\(rx[_a-z]*[0-9][0-9]*_xdp_tx\): /\1 /p' >/tmp/queues
    active=0
    while read -r queue count; do
        echo "guest: $queue $count"
        [ "$count" -eq 0 ] || active=$((active + 1))
    done </tmp/queues
    set -- /sys/class/net/eth0/queues/rx-*
    [ "$active" -eq $# ] || die "$active of $# receive queues sent frames"
}
