#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The test of hardening.sh: a small program with all options has no fault, and without one of them has the fault that
# belongs to it. Format security leaves no trace in a program, so it is asked of the compiler.
#
# Usage: test/install/hardening_test.sh COMPILER COMPILE-OPTION... -- LINK-OPTION...
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not.
#
# shellcheck disable=SC2317  # check calls functions
set -euo pipefail

JUDGE=$(realpath "$(dirname "$0")/hardening.sh")
readonly JUDGE
COMPILE=()
LINK=()
FAILED=0

program_source() {
    cat <<'SOURCE'
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    char text[64];
    strcpy(text, argv[argc - 1]);
    return puts(text) < 0;
}
SOURCE
}

# Compiles the program; says what hardening.sh says of it.
said_of() { # COMPILE-OPTION... -- LINK-OPTION...
    local compile=()
    while [[ $1 != -- ]]; do compile+=("$1"); shift; done
    "$COMPILER" -O2 -g1 "${compile[@]}" -c -x c "$WORK/program.c" -o "$WORK/program.o"
    "$COMPILER" "$WORK/program.o" -o "$WORK/program" "${@:2}" 2>"$WORK/link.log"
    "$JUDGE" "$WORK/program" || true
}

expect() { # DESCRIPTION PATTERN SAID: an empty pattern wants nothing said
    if [[ -z $2 && -z $3 ]] || { [[ -n $2 ]] && grep -q -e "$2" <<<"$3"; }; then
        printf 'ok - %s\n' "$1"
        return
    fi
    printf 'not ok - %s\n#   wanted: %s\n' "$1" "${2:-nothing}"
    printf '%s\n' "${3:-nothing said}" | sed 's/^/#   /'
    FAILED=$((FAILED + 1))
}

# The options without OPTION.
without() { # OPTION PATTERN
    local option left=()
    for option in "${COMPILE[@]}"; do [[ $option == "$1" ]] || left+=("$option"); done
    if ((${#left[@]} == ${#COMPILE[@]})); then
        expect "$1 is among the options" present ''
    else
        expect "without $1 it is red" "$2" "$(said_of "${left[@]}" -- "${LINK[@]}")"
    fi
}

# The linker's defaults are good ones on Debian, so a fault is asked for.
linked_with() { # PATTERN LINK-OPTION...
    expect "linked with ${*:2} it is red" "$1" "$(said_of "${COMPILE[@]}" -- "${LINK[@]}" "${@:2}")"
}

refuses_formats() {
    printf '#include <stdio.h>\nint main(int n, char **text) { return printf(text[n - 1]); }\n' >"$WORK/format.c"
    if "$COMPILER" "${COMPILE[@]}" -c -x c "$WORK/format.c" -o "$WORK/format.o" 2>"$WORK/format.log"; then return; fi
    grep format-security "$WORK/format.log"
}

main() {
    local COMPILER=$1
    shift
    while [[ $1 != -- ]]; do COMPILE+=("$1"); shift; done
    LINK=("${@:2}")
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
    program_source >"$WORK/program.c"
    expect "with all options there is no fault" "" "$(said_of "${COMPILE[@]}" -- "${LINK[@]}")"
    without -fPIE 'without -fPIE'
    without -fstack-protector-strong 'guards its stack'
    without -fstack-clash-protection 'without -fstack-clash-protection'
    [[ $(uname -m) != x86_64 ]] || without -fcf-protection 'without -fcf-protection'
    without -D_FORTIFY_SOURCE=2 'no length is checked'
    linked_with 'not position-independent' -no-pie
    linked_with 'stays writable' -Wl,-z,norelro
    linked_with 'bound late' -Wl,-z,lazy
    linked_with 'can be executed' -Wl,-z,execstack
    expect "a format that is no literal does not compile" format-security "$(refuses_formats || true)"
    exit $((FAILED > 0))
}

main "$@"
