#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the compiler and the linker have put into a program against an attacker: controller/cmake/Hardening.cmake.
#
# Output: a line for each fault. Exit code: 0 none, 1 some.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: test/install/hardening.sh PROGRAM...

Look at each PROGRAM with readelf. A program with debugging information must say that each of its sources was compiled
with the options for the stack and for branches.
USAGE
}

# What each source is compiled with. Branches are protected in another way on each architecture.
readonly UNIT_OPTIONS=(-fPIE -fstack-protector-strong -fstack-clash-protection)
declare -rA BRANCH_OPTIONS=([X86-64]=-fcf-protection [AArch64]=-mbranch-protection=standard)

FAULTS=0

fault() { # PROGRAM WORD...
    printf '%s: %s\n' "$1" "${*:2}"
    FAULTS=$((FAULTS + 1))
}

# The file, as the loader sees it.
judge_file() { # PROGRAM
    local facts symbols
    facts=$(LC_ALL=C readelf --wide --file-header --program-headers --dynamic "$1")
    symbols=$(LC_ALL=C readelf --wide --dyn-syms "$1")
    grep -q 'FLAGS_1.*PIE' <<<"$facts" || fault "$1" "it is not position-independent (-pie)"
    grep -q 'GNU_RELRO' <<<"$facts" || fault "$1" "what is relocated stays writable (-z relro)"
    grep -qE 'BIND_NOW|FLAGS_1.*NOW' <<<"$facts" || fault "$1" "functions are bound late (-z now)"
    grep -qE 'GNU_STACK .* RW +0x' <<<"$facts" || fault "$1" "the stack can be executed (-z noexecstack)"
    ! grep -q '(TEXTREL)' <<<"$facts" || fault "$1" "code is relocated (-fPIE)"
    grep -q ' __stack_chk_fail@' <<<"$symbols" || fault "$1" "no function guards its stack (-fstack-protector-strong)"
    grep -qE ' __(mem|str|v?s?n?printf|read|recv|fd)[a-z]*_chk@' <<<"$symbols" ||
        fault "$1" "no length is checked (-D_FORTIFY_SOURCE=2, -O1)"
}

# The compiler writes its options into the debugging information of each source.
judge_units() { # PROGRAM
    local units machine option without options=("${UNIT_OPTIONS[@]}")
    units=$(LC_ALL=C readelf --debug-dump=info --dwarf-depth=1 "$1" 2>/dev/null | grep 'DW_AT_producer.*: GNU C' || true)
    [[ -n $units ]] || return 0
    machine=$(LC_ALL=C readelf --file-header "$1" | sed -n 's/^ *Machine: .* //p')
    option=${BRANCH_OPTIONS[$machine]:-}
    [[ -z $option ]] || options+=("$option")
    for option in "${options[@]}"; do
        without=$(grep -cvE -e " $option( |$|=)" <<<"$units" || true)
        ((without == 0)) || fault "$1" "$without of $(wc -l <<<"$units") sources are compiled without $option"
    done
}

main() {
    local program
    case ${1:-} in
    --help | -h) usage; exit 0 ;;
    '' | -*) usage >&2; exit 2 ;;
    esac
    for program in "$@"; do
        judge_file "$program"
        judge_units "$program"
    done
    ((FAULTS == 0))
}

main "$@"
