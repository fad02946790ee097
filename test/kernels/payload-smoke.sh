#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Payload: the kernel is up and has what sipsteer needs of it.

set -eu
# shellcheck source=test/kernels/lib/guest.sh
. /lib/sipsteer/guest.sh

uname -a
[ -r /sys/kernel/btf/vmlinux ] || die 'no BTF (/sys/kernel/btf/vmlinux)'
[ "$(cat /proc/sys/net/core/bpf_jit_enable)" = 1 ] || die 'the BPF JIT is off'
mkdir /sys/fs/bpf/probe || die '/sys/fs/bpf is not a bpffs'
rmdir /sys/fs/bpf/probe
nic_up
set -- /sys/class/net/eth0/queues/rx-*
echo "guest: eth0 has $# receive queues"
ping -c 1 -W 5 198.51.100.1 >/dev/null || die 'the host end of the segment does not answer'
echo 'guest: smoke test passed'
