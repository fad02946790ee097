#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The call table's protocol as a model (protocol.pml), searched through by spin: every order of the steps.
set -euo pipefail

usage() {
    cat <<'END'
Usage: test/table/spin/spin.sh [PATTERN]

Searches the models of the call table's protocol, or those whose line matches PATTERN. A line names a scenario
(a file beside this one) and its settings.
  holds   the protocol as it is: no assertion fails
  broken  one rule is left out: an assertion must fail
  flaw    the protocol as it is, and an order of steps that it does not stand: an assertion must fail.
          Who mends the code changes the model, too, and the line to "holds".
END
}

case ${1:-} in
--help | -h) usage && exit 0 ;;
-*) usage >&2 && exit 2 ;;
esac
readonly PATTERN=${1:-.}

for tool in spin cc; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is missing; see tools/packages.txt"; exit 77; }
done

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
WORK=$(mktemp -d)
readonly WORK
trap 'rm -rf "$WORK"' EXIT

# Megabytes a search may take, and steps that one run of the model may have.
readonly MEGABYTES=900 DEPTH=20000

# search SCENARIO SETTING...: pan's output. Leaves the trail of a failed assertion in $WORK.
search() {
    local scenario=$1
    shift
    rm -f "$WORK"/*
    (
        cd "$WORK"
        spin -a "$@" "$HERE/$scenario.pml" >spin.log 2>&1 || { cat spin.log; exit 0; }
        cc -O2 -DSAFETY -DCOLLAPSE -DMEMLIM="$MEGABYTES" -o pan pan.c >cc.log 2>&1 || { cat cc.log; exit 0; }
        ./pan -m"$DEPTH"
    )
}

# A search that ran out of memory or depth has not seen all. Spin says so, and counts depth as an error.
is_complete() { ! grep -qE 'Search not completed|out of memory|max search depth too small' <<<"$1"; }
holds() { grep -qE 'errors: 0$' <<<"$1" && is_complete "$1"; }
fails() { grep -qE 'assertion violated' <<<"$1"; }

failed=0
ran=0

# expect holds|broken|flaw SCENARIO SETTING...
expect() {
    local kind=$1 line="$*" wanted=fails found states
    shift
    grep -qE -- "$PATTERN" <<<"$line" || return 0
    [[ $kind == holds ]] && wanted=holds
    found=$(search "$@")
    states=$(sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' <<<"$found")
    ran=$((ran + 1))
    if "$wanted" "$found"; then
        echo "ok - $line (${states:-?} states)"
        return
    fi
    failed=$((failed + 1))
    echo "not ok - $line"
    printf '%s\n' "$found"
    if compgen -G "$WORK/*.trail" >/dev/null; then
        (cd "$WORK" && spin -k ./*.trail -p -g "${@:2}" "$HERE/$1.pml" | tail -n 200)
    fi
}

# Two places are enough where the sweep takes part; both CPUs may enter the call then.
readonly SWEPT=(-DSWEEP -DENTRIES=1)

expect holds enter
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DTHIRD=1
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DLATE -DTHIRD=0
expect holds move
expect holds move -DTHIRD=1
expect holds move -DTHIRD=0 -DCONFIRMED_YET=0
expect holds move -DCONFIRMED_YET=0
expect holds rehome
expect holds rehome -DMOVE_ALL
expect holds resize
expect holds resize -DSWEEP -DNO_MOVES

expect broken enter -DBREAK_SWAP
expect broken enter -DBREAK_ENTERED
expect broken enter -DBREAK_FOLLOW
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DBREAK_SETTLE
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DBREAK_SWEEP
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DLATE -DTHIRD=0 -DBREAK_OWN
expect broken move -DBREAK_MOVE_ORDER
expect broken move -DCONFIRMED_YET=0 -DBREAK_COUNT
expect broken move -DTHIRD=0 -DCONFIRMED_YET=0 -DBREAK_MOVE_BACK
expect broken rehome -DBREAK_REHOME
expect broken resize -DBREAK_FETCH_ORDER

# The second entry of a call stays until its lifetime ends (race_test.cpp counts these).
expect flaw enter "${SWEPT[@]}" -DNO_MOVES -DTHIRD=0
# So does the mover's copy, if a message is noted in it and another one in the entry.
expect flaw move -DTHIRD=1 -DCONFIRMED_YET=0
# Two moves in the time of one message.
expect flaw move -DTHIRD=5
# Two messages noted by CPUs that had read the server's flags before it failed.
expect flaw rehome -DSWEEP
# A new call that loses its place to another one looks for no second place.
expect flaw enter -DWANT_ENTRY
# Programs of before and after the resize, both in force, and a message of the same call to each.
expect flaw resize -DTHIRD=1 -DOUTDATED=true

((ran > 0)) || { echo "no line matches $PATTERN"; exit 2; }
((failed == 0)) || { echo "$failed of $ran searches did not end as they should"; exit 1; }
echo "$ran searches ended as they should"
