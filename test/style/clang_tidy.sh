#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The controller passes clang-tidy with the checks of .clang-tidy.
#
# It looks at what is compiled: at several files of a folder together, where the build compiles them so
# (SIPSTEER_UNITY), which takes a fifth of the time, since most of it goes into the libraries' headers.
# What has passed is not looked at again until it, a header of the project, its compiler options or the
# checks change.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'USAGE'
Usage: test/style/clang_tidy.sh [--idle] [--jobs N] BUILD-DIRECTORY [FILE...]

Runs clang-tidy over the controller, or over the files given (paths below the top directory). The
project must have been built in BUILD-DIRECTORY: its compiler options and generated headers are used.

  --idle    take only processor time that nothing else wants
  --jobs N  files looked at side by side (default: as many as there are processors)
USAGE
}

# What the outcome for every file depends on.
common_state() {
    clang-tidy --version
    cat "$ROOT/.clang-tidy"
    project_files | grep -E '^(controller|include|bpf)/.*\.(h|hpp)$' | (cd "$ROOT" && xargs sha256sum)
    sha256sum <"$BUILD/bpf/sipsteer.skel.h"
}

# What is compiled of the controller: its files, or those the build made to include several of them.
compiled_files() {
    grep -oE '"file": "[^"]*"' "$BUILD/compile_commands.json" | cut -d '"' -f 4 |
        grep -E "^($ROOT/controller/.*\.cpp|$BUILD/controller/.*/Unity/unity_.*\.cxx)$" | sort -u
}

# The files of the project in a compiled file: those it includes, or itself.
sources_in() { # FILE
    case $1 in
    */Unity/*) sed -n 's/^#include "\(.*\)"$/\1/p' "$1" ;;
    *) printf '%s\n' "$1" ;;
    esac
}

state_of() { # FILE
    { printf '%s\n' "$COMMON_STATE"; sources_in "$1" | xargs sha256sum
      grep -F -- "$1" "$BUILD/compile_commands.json" || true; } | sha256sum
}

tidy_one() { # FILE
    local name=${1#"$BUILD/"} state output
    name=${name#"$ROOT/"}
    local stamp=$STAMPS/${name//\//_}
    state=$(state_of "$1")
    [[ ! -e $stamp || $(<"$stamp") != "$state" ]] || return 0
    # What it says on stderr is how many warnings it did not show.
    if output=$(cd "$ROOT" && clang-tidy -p "$BUILD" --quiet "$1" 2>&1); then
        printf '%s\n' "$state" >"$stamp"
        return 0
    fi
    printf '%s\n' "$output" | grep -vE '^([0-9]+ warnings? (generated|treated)|Suppressed |Use -)'
    printf -- '--- %s does not pass\n' "$1"
    return 1
}

# Starts anew, in a scheduling group of its own (sched(7), autogroup) with the least weight: as a process
# of its caller's group it would only stand back behind the others of that group.
become_idle() { # ARGUMENT...
    exec setsid --wait chrt --idle 0 bash -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec "$@"' \
        idle "${BASH_SOURCE[0]}" "$@"
}

main() {
    local jobs
    jobs=$(nproc)
    case ${1:-} in
    --help | -h) usage; exit 0 ;;
    --idle) shift; become_idle "$@" ;;
    --jobs) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--jobs takes a number above 0"; jobs=$2; shift 2 ;;
    -*) usage_error "no such option: $1" ;;
    esac
    (($# > 0)) || usage_error "the build directory is missing"
    require_tool clang-tidy clang-tidy
    [[ -r $1/compile_commands.json && -r $1/bpf/sipsteer.skel.h ]] ||
        usage_error "$1 holds no build; build the project first"
    BUILD=$(cd "$1" && pwd)
    shift
    STAMPS=$BUILD/test/style/tidy
    mkdir -p "$STAMPS"
    COMMON_STATE=$(common_state | sha256sum)
    local files=("${@/#/$ROOT/}")
    (($# > 0)) || mapfile -t files < <(compiled_files)
    ((${#files[@]} > 0)) || { echo "no files of the controller in $BUILD/compile_commands.json"; exit 1; }
    export ROOT BUILD STAMPS COMMON_STATE
    export -f tidy_one state_of sources_in
    # shellcheck disable=SC2016  # $1 is for the inner shell.
    printf '%s\n' "${files[@]}" |
        setpriv --pdeathsig TERM xargs -P "$jobs" -I '{}' bash -c 'tidy_one "$1"' tidy_one '{}' || exit 1
    echo "${#files[@]} files pass"
}

main "$@"
