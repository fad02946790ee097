#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Started by test/kernels/run as the first process of its own network and process namespaces, which end
# with it. Takes the BOOT_* variables. Exits with the payload's exit code, 1 or 124 (see run --help).

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/kernels/lib/messages.sh
source "$here/messages.sh"

export GUEST_MAC=02:00:00:00:00:02

make_tap() {
    local multi=()
    ((BOOT_QUEUES == 1)) || multi=(multi_queue)
    ip link set lo up
    ip tuntap add dev tap0 mode tap "${multi[@]}"
    ip address add 198.51.100.1/24 dev tap0
    ip link set tap0 up
}

# The offloads that merge packets or leave checksums open are off: native XDP does not take them.
start_qemu() {
    local offloads=guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off
    local nic=virtio-net-pci,netdev=segment,mac=$GUEST_MAC,romfile=,$offloads
    local tap=tap,id=segment,ifname=tap0,script=no,downscript=no,vhost=off
    if ((BOOT_QUEUES > 1)); then
        nic+=,mq=on,vectors=$((2 * BOOT_QUEUES + 2))
        tap+=,queues=$BOOT_QUEUES
    fi
    local machine=(qemu-system-x86_64 -cpu max) console=ttyS0
    if [[ $BOOT_ARCH == arm64 ]]; then
        # Pointer authentication by the architecture's own algorithm takes most of the emulation's time.
        machine=(qemu-system-aarch64 -machine virt -cpu "max,pauth-impdef=on") console=ttyAMA0
    fi
    "${machine[@]}" -nodefaults -no-user-config -no-reboot -display none \
        -accel tcg,thread=multi -smp "$BOOT_CPUS" -m "$BOOT_MEMORY" \
        -kernel "$BOOT_VMLINUZ" -initrd "$BOOT_INITRAMFS" \
        -append "console=$console quiet panic=-1 net.ifnames=0" \
        -chardev stdio,id=console,signal=off,logfile="$BOOT_CONSOLE" -serial chardev:console \
        -netdev "$tap" -device "$nic" </dev/null &
    qemu_pid=$!
}

start_host_program() {
    host_pid=''
    [[ -n $BOOT_HOST ]] || return 0
    "$BOOT_HOST" > >(sed -u 's/^/[host] /') 2>&1 &
    host_pid=$!
}

# 124 if the guest still runs when the time is over.
wait_for_guest() {
    local timer_pid first=''
    sleep "$BOOT_TIMEOUT" &
    timer_pid=$!
    wait -n -p first "$qemu_pid" "$timer_pid" || true
    if [[ $first == "$timer_pid" ]]; then
        kill -KILL "$qemu_pid"
        wait "$qemu_pid" 2>/dev/null || true
        say "error: the guest did not end within $BOOT_TIMEOUT s"
        return 124
    fi
    kill "$timer_pid"
}

payload_code() {
    local code
    code=$(tr -d '\r' <"$BOOT_CONSOLE" | sed -n "s/^$BOOT_END_MARK \([0-9]*\)\$/\1/p")
    [[ -n $code ]] || fail 'the guest died before the payload ended (see its console above)'
    return "$code"
}

# The host program reports to the guest before it ends, so a guest that ended well has seen it succeed;
# its exit code must agree.
host_code() {
    [[ -n $host_pid ]] || return 0
    local tries=50
    while kill -0 "$host_pid" 2>/dev/null && ((tries-- > 0)); do
        sleep 0.1
    done
    kill "$host_pid" 2>/dev/null && fail 'the host program did not end with the guest'
    wait "$host_pid" || fail "the host program failed with exit code $?"
}

make_tap
start_qemu
start_host_program
wait_for_guest
payload_code
host_code
