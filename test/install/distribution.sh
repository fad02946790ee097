#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A clean root of a distribution, made by mmdebstrap: the project's packages are built there, installed and tried, on
# this host's kernel.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly ROOT
# shellcheck source=tools/lib/messages.sh
. "$ROOT/tools/lib/messages.sh"

usage() {
    cat <<'USAGE'
Usage: sudo test/install/distribution.sh [OPTIONS] DISTRIBUTION

Make a clean root of the distribution, for example debian:trixie. In it: install what tools/packages.txt lists, build
the packages, install them, ask the daemon for the kernel's verdict on its program, and place calls (tools/quickstart).
Then build the tests, and run those with the labels unit and packet.

  --root DIR     Keep the root in DIR. A root that is there already is used again, with what was built in it
  --no-tests     Leave the tests out: that is more than half of the time

Exit code: 0 all went well, 1 something failed, 2 bad command line, 77 skipped: no root can be made here.
It takes half an hour to an hour on two processors, and 6 GB.
USAGE
}

skip() {
    echo "skipped: $1"
    exit 77
}

parse_options() {
    DIRECTORY='' TESTS=yes
    while (($#)); do
        case $1 in
        --help | -h) usage; exit 0 ;;
        --root) (($# > 1)) || usage_error "--root needs a value"; DIRECTORY=$2; shift ;;
        --no-tests) TESTS=no ;;
        -*) usage_error "no such option: $1" ;;
        *) break ;;
        esac
        shift
    done
    (($# == 1)) || usage_error "name one distribution"
    [[ $1 =~ ^(debian|ubuntu):([a-z]+)$ ]] || usage_error "not DISTRIBUTION:SUITE: $1"
    VENDOR=${BASH_REMATCH[1]} SUITE=${BASH_REMATCH[2]}
}

clean_up() {
    local code=$?
    [[ -z $TEMPORARY ]] || rm -rf --one-file-system "$TEMPORARY"
    exit "$code"
}

# Nothing of the project is in it yet: if this fails, the host or the network is the reason.
make_root() {
    local components=main
    [[ ! -e $DIRECTORY/etc/os-release ]] || return 0
    [[ $VENDOR == debian ]] || components=main,universe
    say "a root of $VENDOR $SUITE (mmdebstrap)"
    mmdebstrap --quiet --variant=minbase --components="$components" --include=ca-certificates \
        "$SUITE" "$DIRECTORY" >"$DIRECTORY.log" 2>&1 ||
        skip "mmdebstrap makes no root of $VENDOR $SUITE: $(tail -n 1 "$DIRECTORY.log")"
}

# The sources as they are, without what was built of them.
copy_sources() {
    mkdir -p "$DIRECTORY/sipsteer"
    tar -C "$ROOT" --exclude=./.git --exclude=./build -c . | tar -C "$DIRECTORY/sipsteer" -x
}

# Runs in namespaces of its own, which end with it: nothing of the lab is left on the host, whatever happens.
enter_root() { # DIRECTORY COMMAND...
    local root=$1
    shift
    # ip-netns(8) wants the root to be a mount.
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount -t bpf bpf "$root/sys/fs/bpf"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    ip link set lo up 2>/dev/null || true
    exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
        DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c 'cd /sipsteer && exec "$@"' - "$@"
}

# in_root COMMAND...: with the host's network. alone_in_root COMMAND...: with none but what it makes itself.
in_root() { run_in_root "" "$@"; }
alone_in_root() { run_in_root --net "$@"; }

run_in_root() { # OPTION COMMAND...
    local option=$1
    shift
    # The function gets the root and the command as its arguments.
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child ${option:+"$option"} \
        bash -euc "$(declare -f enter_root); "'enter_root "$@"' - "$DIRECTORY" "$@"
}

# step TEXT COMMAND...: an ok line with the time; the end of the log if it fails.
step() {
    local text=$1 begin=$SECONDS
    shift
    if ! "$@" >"$DIRECTORY.log" 2>&1; then
        tail -n 40 "$DIRECTORY.log"
        echo "not ok - $text"
        exit 1
    fi
    echo "ok - $text ($((SECONDS - begin)) s)"
}

install_listed() {
    # The root's own shell reads it.
    # shellcheck disable=SC2016
    in_root bash -euc 'ROOT=$PWD; . tools/lib/common.sh; . tools/lib/packages.sh; ensure_packages build lab'
}

install_packages() {
    in_root sh -c 'apt-get install -y --no-install-recommends ./build/packages/*.deb'
}

place_calls() {
    alone_in_root env SIPSTEERD=/usr/sbin/sipsteerd tools/quickstart --calls 500 --rate 50 --name distribution
}

run_tests() {
    in_root cmake --build build
    alone_in_root ctest --test-dir build --output-on-failure -L '^(unit|packet)$'
    cat "$DIRECTORY/sipsteer/build/Testing/Temporary/LastTest.log"
}

show_versions() {
    # The root's own shell reads it.
    # shellcheck disable=SC2016
    in_root sh -c '. /etc/os-release; echo "$PRETTY_NAME; kernel $(uname -r)"; c++ --version | sed -n 1p
        clang --version | sed -n 1p; for name in libbpf libxdp; do echo "$name $(pkg-config --modversion $name)"; done'
}

main() {
    parse_options "$@"
    ((EUID == 0)) || skip "needs root"
    command -v mmdebstrap >/dev/null || skip "mmdebstrap is missing; install the package mmdebstrap"
    TEMPORARY=''
    if [[ -z $DIRECTORY ]]; then
        TEMPORARY=$(mktemp -d /var/tmp/sipsteer-distribution.XXXXXX)
        DIRECTORY=$TEMPORARY/root
        trap clean_up EXIT
    fi
    make_root
    copy_sources
    step "the listed packages are installed" install_listed
    show_versions
    step "the packages are built" in_root tools/package
    step "they are installed" install_packages
    step "the kernel takes the daemon's program" alone_in_root sipsteerd --check-program
    step "calls are carried" place_calls
    [[ $TESTS == no ]] || step "the tests with the labels unit and packet pass" run_tests
}

main "$@"
