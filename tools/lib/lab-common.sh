# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The lab's names and places, and the small helpers that every part of it uses. LAB_NAME is the lab at
# hand, LAB_ROOT the project's folder; tools/lab sets both.
#
# shellcheck disable=SC2153  # LAB_NAME is no misspelling.

readonly LAB_BASE=/run/sipsteer-lab
readonly NETNS_DIR=/run/netns

lab_error() { printf 'lab: %s\n' "$1" >&2; }

lab_die() {
    lab_error "$1"
    exit 1
}

lab_usage_error() {
    printf 'lab: %s\nlab: try tools/lab --help\n' "$1" >&2
    exit 2
}

lab_dir() { printf '%s/%s\n' "$LAB_BASE" "$LAB_NAME"; }

# Name of the network namespace of a host.
lab_netns() { printf 'sipsteer-%s-%s\n' "$LAB_NAME" "$1"; }

# in_netns HOST COMMAND...: nsenter, because "ip netns exec" hides the mounts under /sys (bpffs too).
in_netns() {
    local host=$1
    shift
    nsenter --net="$NETNS_DIR/$(lab_netns "$host")" -- "$@"
}

# The run directory appears first and info.json last, so info.json means: the lab is complete.
lab_is_up() { [[ -f $(lab_dir)/info.json ]]; }
lab_exists() { [[ -d $(lab_dir) ]]; }

require_root() {
    ((EUID == 0)) || lab_die "this needs root: sudo tools/lab ..."
}

require_commands() {
    local command missing=()
    for command in "$@"; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    ((${#missing[@]} == 0)) || lab_die "missing commands: ${missing[*]}; on Debian they are in the packages \
iproute2 ethtool tcpdump jq util-linux bsdextrautils procps clang"
}

require_up() {
    lab_is_up || lab_die "no lab \"$LAB_NAME\" is up; start one with: tools/lab up --name $LAB_NAME"
}

# Sets HOSTS to the hosts of an existing lab, the switch included.
read_hosts() {
    HOSTS=()
    [[ ! -f $(lab_dir)/hosts ]] || mapfile -t HOSTS <"$(lab_dir)/hosts"
}

require_host() {
    local host
    read_hosts
    for host in "${HOSTS[@]}"; do
        [[ $host != "$1" ]] || return 0
    done
    lab_usage_error "lab \"$LAB_NAME\" has no host \"$1\"; it has: ${HOSTS[*]}"
}

# One up or down at a time, whichever copy of the tool is used. The lock is on the directory of all
# labs, which goes when the last of them goes: whoever then waited for the old one tries again.
take_lock() {
    trap release_lock EXIT
    while true; do
        mkdir -p "$LAB_BASE"
        exec {LAB_LOCK_FD}<"$LAB_BASE"
        flock --timeout 120 "$LAB_LOCK_FD" || lab_die "another tools/lab up or down takes more than two minutes"
        [[ ! $LAB_BASE -ef /proc/self/fd/$LAB_LOCK_FD ]] || return 0
        exec {LAB_LOCK_FD}<&-
    done
}

release_lock() { rmdir "$LAB_BASE" 2>/dev/null || true; }
