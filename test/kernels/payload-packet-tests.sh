#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Payload: runs each file given as a Catch2 test program, with the arguments in CATCH_ARGUMENTS (--env).
# All are run; one that fails fails the payload.

set -eu
# shellcheck source=test/kernels/lib/guest.sh
. /lib/sipsteer/guest.sh

[ $# -gt 0 ] || die 'no test program given'
uname -r
failed=''
for program in "$@"; do
    if [ -d "$program" ] || [ ! -x "$program" ]; then
        die "$program is not a program"
    fi
    echo "guest: running ${program##*/}"
    # Catch2 3 has another name for it.
    colour='--use-colour no'
    case $("$program" --help) in *--colour-mode*) colour='--colour-mode none' ;; esac
    # shellcheck disable=SC2086 # several arguments on purpose
    "$program" $colour ${CATCH_ARGUMENTS:-} || failed="$failed ${program##*/}($?)"
done
[ -z "$failed" ] || die "failed:$failed"
