# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the packages: the packages made, and a root in which they are the director of a lab. The root is an
# overlay of this host's, so nothing is left on the host. Sourced after lib_life.sh.
#
# shellcheck disable=SC2034,SC2153,SC2317  # what the tests read or call

HOLDER='' # pid of the process that keeps the root's mounts

need_programs() { # PROGRAM...
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || { echo "skipped: no $program"; exit 77; }
    done
}

# Into WORK/debs: those of the folder SIPSTEER_PACKAGES, which ctest makes once for all tests, or new ones. CPack takes
# what is built.
make_packages() { # BUILD-DIRECTORY
    mkdir -p "$WORK/debs"
    if [[ -n ${SIPSTEER_PACKAGES:-} ]]; then
        cp "$SIPSTEER_PACKAGES"/*.deb "$WORK/debs"
        return
    fi
    cpack --config "$1/CPackConfig.cmake" -B "$WORK/cpack" >"$WORK/cpack.log" 2>&1 ||
        { tail -n 20 "$WORK/cpack.log"; return 1; }
    mv "$WORK"/cpack/*.deb "$WORK/debs"
}

deb() { printf '%s\n' "$WORK/debs/$1"_*.deb; } # PACKAGE

# The file, as the root sees it.
in_mnt() { deb "$1" | sed "s|^$WORK|/mnt|"; } # PACKAGE

deb_field() { dpkg-deb --field "$(deb "$1")" "$2"; } # PACKAGE FIELD

# --- the root ---------------------------------------------------------------------------------------

# Mounts for a root of its own; runs in a mount namespace and the director's network namespace, until it is ended.
# WORK is /mnt in that root, and the lab's BPF file system is at its usual place.
hold_root() { # WORK BPFFS
    local root=$1/root
    set -e
    mkdir "$1/layers" "$root"
    mount -t tmpfs tmpfs "$1/layers"
    mkdir "$1/layers/upper" "$1/layers/work"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layers/upper,workdir=$1/layers/work" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
    mount --bind "$2" "$root/sys/fs/bpf"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    mount --bind "$1" "$root/mnt"
    mkdir -p "$root/run/systemd/system"
    rm -f "$root/usr/sbin/policy-rc.d"
    echo ready
    exec sleep infinity
}

make_root() {
    start_on director "$WORK/root.log" unshare --mount bash -c "$(declare -f hold_root); hold_root \"\$@\"" - \
        "$WORK" "$(jq -r .bpffs <<<"$LAB_INFO")"
    HOLDER=$LAST_PID
    wait_until 60 grep -qs '^ready$\|^mount: ' "$WORK/root.log" || die "there is no root: $(tail -n 1 "$WORK/root.log")"
    if grep -q '^mount: ' "$WORK/root.log"; then
        echo "skipped: no root of its own can be mounted here: $(grep '^mount: ' "$WORK/root.log")"
        exit 77
    fi
    install -D -m 755 "$PROJECT_DIR/test/install/systemctl" "/proc/$HOLDER/root$WORK/root/usr/local/bin/systemctl"
    : >"$WORK/systemctl.log"
}

# in_root COMMAND...: in the root, on the director's network
in_root() { in_root_of director "$@"; }

# in_root_of HOST COMMAND...: in the root, on the network of that host of the lab
in_root_of() {
    local netns
    netns=$(host_get "$1" netns)
    shift
    nsenter --target "$HOLDER" --mount --net="/run/netns/$netns" -- env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive chroot "$WORK/root" "$@"
}

# in_root, with its output only if it fails
runs_in_root() { runs_in_root_of director "$@"; } # COMMAND...

runs_in_root_of() { in_root_of "$@" >"$WORK/out" 2>&1 || { cat "$WORK/out"; return 1; }; } # HOST COMMAND...

# Files whose names have the project's, made or changed since the root was made.
left_files() {
    find "/proc/$HOLDER/root$WORK/layers/upper" -path "*$WORK" -prune -o -iname '*sipsteer*' -printf '/%P\n' | sort
}

# The daemon of the root, in the place of the lab's own.
director_get() { in_root curl --silent --fail --max-time 30 --unix-socket /run/sipsteer/api.sock "http://localhost$1"; }

# Also what else the stand-in for systemd has started.
stop_director() {
    local pid
    cat "$WORK/daemon.pid" "$WORK/kamailio.pids" 2>/dev/null | while read -r pid; do
        kill -TERM "$pid" && wait_until 10 is_gone "$pid"
    done
}

daemon_pid() { cat "$WORK/daemon.pid" 2>/dev/null || echo none; }

daemon_log_lines() { grep -c "event=$1\( \|$\)" "$WORK/daemon.log" || true; } # EVENT

all_servers_up() { status_is '[.pools[].servers[]] | length > 0 and all(.takes_new)'; }
