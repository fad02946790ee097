#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Payload: sipsteerd in native mode on the multi-queue virtio-net NIC, with host-virtio.py as the phones
# and the servers. Files: sipsteerd, virtio.json, bpftool, ethtool and, for libxdp, xdp-dispatcher.o:
# with it the program must be attached through the dispatcher.

set -eu
# shellcheck source=test/kernels/lib/guest.sh
. /lib/sipsteer/guest.sh

start_director() {
    sipsteerd --config /payload/virtio.json &
    director=$!
    wait_until 60 director_up_or_gone || die 'sipsteerd did not come up within 60 s'
    kill -0 "$director" || die 'sipsteerd ended at once'
}

director_up_or_gone() {
    [ -S /run/sipsteer/api.sock ] || ! kill -0 "$director"
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
