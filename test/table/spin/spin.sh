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
Two searches run at once.
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

# search FOLDER SCENARIO SETTING...: pan's output. Leaves the trail of a failed assertion in the folder.
search() {
    local scenario=$2
    (
        cd "$1"
        shift 2
        spin -a "$@" "$HERE/$scenario.pml" >spin.log 2>&1 || { cat spin.log; exit 0; }
        cc -O2 -DSAFETY -DCOLLAPSE -DMEMLIM="$MEGABYTES" -o pan pan.c >cc.log 2>&1 || { cat cc.log; exit 0; }
        ./pan -m"$DEPTH"
    )
}

# A search that ran out of memory or depth has not seen all. Spin says so, and counts depth as an error.
is_complete() { ! grep -qE 'Search not completed|out of memory|max search depth too small' <<<"$1"; }
holds() { grep -qE 'errors: 0$' <<<"$1" && is_complete "$1"; }
broken() { grep -qE 'assertion violated' <<<"$1"; }

# try FOLDER holds|broken SCENARIO SETTING...: searches, and says whether it ended as it should.
try() {
    local folder=$1 kind=$2 found states
    shift 2
    found=$(search "$folder" "$@")
    states=$(sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' <<<"$found")
    if "$kind" "$found"; then
        echo "ok - $kind $* (${states:-?} states)"
        return
    fi
    echo "not ok - $kind $*"
    printf '%s\n' "$found"
    if compgen -G "$folder/*.trail" >/dev/null; then
        (cd "$folder" && spin -k ./*.trail -p -g "${@:2}" "$HERE/$1.pml" | tail -n 200)
    fi
    return 1
}

failed=0
searches=()

# await N: the end of search N.
await() {
    wait "${searches[$1]}" || failed=$((failed + 1))
    cat "$WORK/$1.out"
    rm -rf "${WORK:?}/$1"
}

# expect holds|broken SCENARIO SETTING...: begins to search.
expect() {
    local number=${#searches[@]}
    grep -qE -- "$PATTERN" <<<"$*" || return 0
    ((number < 2)) || await $((number - 2))
    mkdir "$WORK/$number"
    try "$WORK/$number" "$@" >"$WORK/$number.out" &
    searches+=("$!")
}

# Two places are enough where the sweep takes part; both CPUs may enter the call then.
readonly SWEPT=(-DSWEEP -DENTRIES=1)

# The controller removes doubled entries when all is quiet, and meanwhile.
readonly DOUBLES=(-DDOUBLES) MEANWHILE=(-DDOUBLES -DAT_ONCE -DTHIRD=0)

expect holds enter
expect holds enter -DWANT_ENTRY
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DTHIRD=1
expect holds enter "${SWEPT[@]}" -DLEFT=2 -DLATE -DTHIRD=0
expect holds enter "${SWEPT[@]}" -DNO_MOVES -DTHIRD=0 "${DOUBLES[@]}"
expect holds move
expect holds move -DTHIRD=1
expect holds move -DTHIRD=0 -DCONFIRMED_YET=0
expect holds move -DCONFIRMED_YET=0
expect holds move -DTHIRD=1 -DCONFIRMED_YET=0 "${DOUBLES[@]}"
expect holds move "${MEANWHILE[@]}"
expect holds move "${MEANWHILE[@]}" -DCONFIRMED_YET=0
expect holds rehome
expect holds rehome -DMOVE_ALL
expect holds rehome -DSWEEP -DMESSAGES=1
expect holds resize
expect holds resize -DSWEEP -DNO_MOVES

# What may happen, and no more. Two moves in the time of one message hide its call: the message goes by
# the ring or makes a second entry, and the call's own entry stays.
expect holds move -DTHIRD=5 -DMISSED "${DOUBLES[@]}"
# While programs of before and after a resize are both in force, each may have an entry of a call.
expect holds resize -DTHIRD=1 -DOUTDATED=true -DLEFT=2

expect broken enter -DBREAK_SWAP
expect broken enter -DBREAK_ENTERED
expect broken enter -DBREAK_FOLLOW
expect broken enter -DWANT_ENTRY -DBREAK_AGAIN
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DBREAK_SETTLE
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DNO_MOVES -DBREAK_SWEEP
expect broken enter "${SWEPT[@]}" -DLEFT=2 -DLATE -DTHIRD=1 -DBREAK_OWN
expect broken enter "${SWEPT[@]}" -DNO_MOVES -DTHIRD=0 "${DOUBLES[@]}" -DBREAK_DOUBLES
expect broken move -DBREAK_MOVE_ORDER
expect broken move -DCONFIRMED_YET=0 -DBREAK_COUNT
expect broken move -DTHIRD=0 -DCONFIRMED_YET=0 -DBREAK_MOVE_BACK
expect broken move -DTHIRD=1 -DCONFIRMED_YET=0 "${DOUBLES[@]}" -DBREAK_DOUBLES
expect broken move "${MEANWHILE[@]}" -DBREAK_TOUCH
expect broken rehome -DBREAK_REHOME
expect broken rehome -DSWEEP -DMESSAGES=1 -DBREAK_TRIES
expect broken resize -DBREAK_FETCH_ORDER

readonly RAN=${#searches[@]}
((RAN > 0)) || { echo "no line matches $PATTERN"; exit 2; }
((RAN < 2)) || await $((RAN - 2))
await $((RAN - 1))
((failed == 0)) || { echo "$failed of $RAN searches did not end as they should"; exit 1; }
echo "$RAN searches ended as they should"
