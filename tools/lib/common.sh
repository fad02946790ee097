# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What quickstart and check share.
#
# The caller sets ROOT (the source tree) before it sources this.

# shellcheck source=tools/lib/messages.sh
. "$ROOT/tools/lib/messages.sh"

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
    ((EUID == 0)) || die "this needs root (network namespaces, BPF): sudo tools/${0##*/}"
}

# build_sipsteer TARGET...: configures the release preset in build/ and builds targets; all: everything.
build_sipsteer() {
    local log="$ROOT/build/build.log"
    mkdir -p "$ROOT/build"
    quietly "$log" cmake -S "$ROOT" --preset release
    quietly "$log" cmake --build "$ROOT/build" --target "$@"
}
