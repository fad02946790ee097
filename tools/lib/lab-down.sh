# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Takes a lab down, whole or half built: its processes, mounts, namespaces, run directory.

# Takes down LAB_NAME. Goes on after errors, so that as little as possible stays.
destroy_lab() {
    read_hosts
    end_processes
    unmount_bpffs
    delete_namespaces
    rm -rf --one-file-system "$(lab_dir)"
}

# Ends what runs inside the lab's namespaces: TERM, two seconds, KILL.
end_processes() {
    local pids=() tries
    mapfile -t pids < <(lab_pids)
    ((${#pids[@]})) || return 0
    kill -TERM "${pids[@]}" 2>/dev/null || true
    for ((tries = 0; tries < 20; tries++)); do
        mapfile -t pids < <(lab_pids)
        ((${#pids[@]})) || return 0
        sleep 0.1
    done
    kill -KILL "${pids[@]}" 2>/dev/null || true
    sleep 0.1
}

# Processes in the lab's namespaces, one pid a line, without this shell and its ancestors (down may
# be typed in a shell inside the lab).
lab_pids() {
    local host pid spared
    spared=" $(own_lineage) "
    for host in "${HOSTS[@]}"; do
        for pid in $(ip netns pids "$(lab_netns "$host")" 2>/dev/null); do
            [[ $spared == *" $pid "* ]] || printf '%s\n' "$pid"
        done
    done
}

# Our pid and those of all parents, on one line.
own_lineage() {
    local pid=$$ line=''
    while ((pid > 1)); do
        line+=" $pid"
        pid=$(ps -o ppid= -p "$pid") || break
        pid=${pid// /}
    done
    printf '%s\n' "$line"
}

unmount_bpffs() {
    local point
    point=$(lab_dir)/bpf
    while mountpoint -q "$point"; do
        umount "$point" 2>/dev/null || umount --lazy "$point" || return 0
    done
}

delete_namespaces() {
    local host netns
    for host in "${HOSTS[@]}"; do
        netns=$(lab_netns "$host")
        [[ -e $NETNS_DIR/$netns ]] || continue
        # A namespace whose making was interrupted is a plain file that ip will not delete.
        ip netns del "$netns" 2>/dev/null || rm -f "$NETNS_DIR/$netns"
    done
}
