#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The controller passes clang-tidy with the checks of .clang-tidy.
#
# Most of its time goes into the headers of libraries: into looking through them, more than into reading
# them. So it looks at many files together, in a few heaps that include them, and not at each by itself or at
# the few that the build compiles together: a fifth of the time. Files that do not go together, in one heap, are
# looked at in two.
# A file that has passed is not looked at again until it, a header of the project, the compiler's options or
# the checks change.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Files in a heap, at most. Some checks take a time that grows with the square of it.
readonly HEAP=70

usage() {
    cat <<'USAGE'
Usage: test/style/clang_tidy.sh [--jobs N] BUILD-DIRECTORY [FILE...]

Runs clang-tidy over the controller, or over the files given (paths below the top directory). The
project must have been built in BUILD-DIRECTORY: its compiler options and generated headers are used.

  --jobs N  heaps of files looked at side by side (default: as many as there are processors)
USAGE
}

# The compiler's options that matter here, of all of the controller.
options() {
    jq -r '.[] | select(.file | contains("/controller/")) | .command' "$BUILD/compile_commands.json" |
        xargs -n 1 | awk '
            wanted { print prefix $0; wanted = 0; next }
            $0 == "-isystem" || $0 == "-I" || $0 == "-D" { prefix = $0; wanted = 1; next }
            /^-[ID]./ { print }' | awk '!seen[$0]++'
}

# What the outcome for every file depends on.
common_state() {
    clang-tidy --version
    cat "$ROOT/.clang-tidy"
    printf '%s\n' "${OPTIONS[@]}"
    project_files | grep -E '^(controller|include|bpf)/.*\.(h|hpp)$' | (cd "$ROOT" && xargs sha256sum)
    sha256sum <"$BUILD/bpf/sipsteer.skel.h"
}

# The files of the controller that are compiled, by themselves or, included, with others.
compiled_files() {
    jq -r '.[].file' "$BUILD/compile_commands.json" | sort -u | while read -r file; do
        case $file in
        "$BUILD"/*/Unity/unity_*.cxx) sed -n 's/^#include "\(.*\)"$/\1/p' "$file" ;;
        *) printf '%s\n' "$file" ;;
        esac
    done | grep -E "^$ROOT/controller/.*\.cpp$" | sort -u
}

state_of() { # FILE
    { printf '%s\n' "$COMMON_STATE"; sha256sum <"$1"; } | sha256sum
}

stamp_of() { # FILE
    local name=${1#"$ROOT/"}
    printf '%s/%s\n' "$STAMPS" "${name//\//_}"
}

has_passed() { # FILE
    local stamp
    stamp=$(stamp_of "$1")
    [[ -e $stamp && $(<"$stamp") == "$(state_of "$1")" ]]
}

# What stands for itself: programs, of which no two go together, and libpcap's headers, which do not go
# with those of BPF.
stands_alone() { # FILE
    grep -qE '^int main\(|#include <pcap' "$1"
}

# tidy FILE...: in one heap.
tidy() {
    local heap output file
    heap=$(mktemp "$STAMPS/heap.XXXXXX.cpp")
    printf '#include "%s"\n' "$@" >"$heap"
    if output=$(cd "$ROOT" && clang-tidy --quiet "$heap" -- -std=c++20 "${OPTIONS[@]}" 2>&1); then
        for file in "$@"; do
            state_of "$file" >"$(stamp_of "$file")"
        done
        rm -f "$heap"
        return 0
    fi
    rm -f "$heap"
    if (($# > 1)) && grep -q '\[clang-diagnostic-error' <<<"$output"; then
        local half=$(($# / 2)) code=0
        tidy "${@:1:half}" || code=1
        tidy "${@:half+1}" || code=1
        return "$code"
    fi
    # What it says on stderr is how many warnings it did not show.
    printf '%s\n' "$output" | grep -vE '^([0-9]+ warnings? (generated|treated)|Suppressed |Use -|Error while)'
    return 1
}

# What is to be looked at, a heap a line: neighbours in the order of their names, in heaps of one size.
heaps() { # FILE...
    local file together=() alone=()
    for file in "$@"; do
        ! has_passed "$file" || continue
        if stands_alone "$file"; then alone+=("$file"); else together+=("$file"); fi
    done
    local count=$(((${#together[@]} + HEAP - 1) / HEAP))
    ((count == 0)) || printf '%s\n' "${together[@]}" |
        awk -v size="$(((${#together[@]} + count - 1) / count))" '
            { printf "%s%s", NR % size == 1 || size == 1 ? (NR > 1 ? "\n" : "") : " ", $0 } END { print "" }'
    ((${#alone[@]} == 0)) || printf '%s\n' "${alone[@]}"
}

# One heap, in a process of its own.
tidy_line() { # FILES, apart by blanks
    local files
    read -ra files <<<"$1"
    mapfile -t OPTIONS <"$STAMPS/options"
    tidy "${files[@]}"
}

main() {
    local jobs
    jobs=$(nproc)
    case ${1:-} in
    --help | -h) usage; exit 0 ;;
    --jobs) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--jobs takes a number above 0"; jobs=$2; shift 2 ;;
    -*) usage_error "no such option: $1" ;;
    esac
    (($# > 0)) || usage_error "the build directory is missing"
    require_tool clang-tidy clang-tidy
    require_tool jq jq
    [[ -r $1/compile_commands.json && -r $1/bpf/sipsteer.skel.h ]] ||
        usage_error "$1 holds no build; build the project first"
    BUILD=$(cd "$1" && pwd)
    shift
    STAMPS=$BUILD/test/style/tidy
    mkdir -p "$STAMPS"
    rm -f "$STAMPS"/heap.*
    options >"$STAMPS/options"
    mapfile -t OPTIONS <"$STAMPS/options"
    COMMON_STATE=$(common_state | sha256sum)
    local files=("${@/#/$ROOT/}")
    (($# > 0)) || mapfile -t files < <(compiled_files)
    ((${#files[@]} > 0)) || { echo "no files of the controller in $BUILD/compile_commands.json"; exit 1; }
    export ROOT BUILD STAMPS COMMON_STATE
    export -f tidy tidy_line state_of stamp_of
    # shellcheck disable=SC2016  # $1 is for the inner shell.
    heaps "${files[@]}" |
        setpriv --pdeathsig TERM xargs -r -d '\n' -P "$jobs" -n 1 bash -c 'tidy_line "$1"' tidy_line || exit 1
    echo "${#files[@]} files pass"
}

main "$@"
