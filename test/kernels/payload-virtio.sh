#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Payload: sipsteerd in native mode on the multi-queue virtio-net NIC, with host-virtio.py as the phones
# and the servers. Files: sipsteerd, virtio.json, bpftool, ethtool and, for libxdp, xdp-dispatcher.o:
# with it the program must be attached through the dispatcher. There, too, a program whose pins are lost is adopted.

set -eu
# shellcheck source=test/kernels/lib/guest.sh
. /lib/sipsteer/guest.sh

start_director() {
    sipsteerd --config /payload/virtio.json >/tmp/log 2>&1 &
    director=$!
    wait_until 60 director_up_or_gone || die_with_log 'sipsteerd did not come up within 60 s'
    kill -0 "$director" || die_with_log 'sipsteerd ended at once'
}

director_up_or_gone() {
    [ -S /run/sipsteer/api.sock ] || ! kill -0 "$director"
}

die_with_log() {
    cat /tmp/log
    die "$1"
}

# As many programs of the data plane are loaded, alone or in a dispatcher.
programs_are() { [ "$(bpftool prog show | grep -c ' name sipsteer ' || true)" = "$1" ]; }

check_adopted() {
    rm -r /sys/fs/bpf/sipsteer
    start_director
    grep 'event=program_adopted' /tmp/log || die_with_log 'the program without pins was not adopted'
    grep -q 'event=call_table .*taken_over=true' /tmp/log || die_with_log 'its calls were not taken over'
    wait_until 30 grep -q 'event=xdp_replaced' /tmp/log || die_with_log 'it was not replaced'
    wait_until 20 programs_are 1 || die_with_log "$(bpftool prog show)"
    check_native_xdp
}

# Without pins and without a daemon.
check_detach() {
    rm -r /sys/fs/bpf/sipsteer
    sipsteerd --config /payload/virtio.json --detach
    wait_until 20 programs_are 0 || die "after --detach there is: $(bpftool prog show)"
}

stop_director() {
    kill "$director"
    wait "$director" || die "sipsteerd ended with exit code $?"
}

nic_up
export LIBXDP_OBJECT_PATH=/payload
start_director
host_verdict
check_native_xdp
check_every_queue_sent
stop_director
check_adopted
stop_director
check_detach
