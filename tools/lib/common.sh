# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What quickstart and check share: messages, packages, the build.
#
# The caller sets ROOT (the source tree) before it sources this.

# Messages for the person who watches go to stderr; stdout is for results.
say() { printf '%s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}

# quietly LOG COMMAND...: output to LOG; its end is shown if the command fails.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 && return
    say "---- the end of $log"
    tail -n 40 "$log" >&2
    die "failed: $*"
}

require_root() {
    ((EUID == 0)) || die "must be run as root (network namespaces, BPF): sudo tools/${0##*/}"
}

# build_sipsteer TARGET: configures the release preset in build/ and builds a target; all: everything.
build_sipsteer() {
    local log="$ROOT/build/build.log"
    mkdir -p "$ROOT/build"
    quietly "$log" cmake -S "$ROOT" --preset release
    quietly "$log" cmake --build "$ROOT/build" --target "$1"
}
