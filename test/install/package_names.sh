#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tools/lib/packages.sh on distributions that know other packages: which name of tools/packages.txt it takes.
set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/../.." && pwd)
ROOT=$(mktemp -d)
trap 'rm -rf "$ROOT"' EXIT
# shellcheck source=tools/lib/packages.sh
. "$PROJECT/tools/lib/packages.sh"

FAULTS=0
KNOWN='' INSTALLED=''

# In the place of the programs: they answer for the distribution at hand.
dpkg-query() { # -W -f FORMAT PACKAGE
    [[ " $INSTALLED " == *" $4 "* ]] && printf 'ii '
}

apt-cache() { # policy PACKAGE
    printf '%s:\n  Installed: (none)\n' "$2"
    if [[ " $KNOWN " == *" $2 "* ]]; then
        printf '  Candidate: 1\n'
    else
        printf '  Candidate: (none)\n'
    fi
}

expect() { # TEXT EXPECTED ACTUAL
    if [[ $2 == "$3" ]]; then
        echo "ok - $1"
    else
        echo "not ok - $1: expected \"$2\", got \"$3\""
        FAULTS=1
    fi
}

lines() { xargs <<<"$1"; }

mkdir "$ROOT/tools"
printf '%s\n' '# build  comment' 'build  plain old|new' 'lab  other' >"$ROOT/tools/packages.txt"

KNOWN='plain old new other'
expect "the first name that the distribution has" "plain old" "$(lines "$(missing_packages build)")"
KNOWN='plain new other'
expect "the next, where it lacks the first" "plain new" "$(lines "$(missing_packages build)")"
INSTALLED='plain new'
expect "nothing is missing, if that is installed" "" "$(lines "$(missing_packages build)")"
KNOWN='plain old new other' INSTALLED='new'
expect "another name that is installed does not count" "plain old" "$(lines "$(missing_packages build)")"
KNOWN='' INSTALLED='plain old'
expect "without lists what is installed counts" "" "$(lines "$(missing_packages build)")"
KNOWN='plain' INSTALLED=''
expect "the first, where it has none" "plain old" "$(lines "$(missing_packages build)")"
expect "and it is named as unknown" "old" "$(lines "$(unknown_packages plain old)")"
expect "sections are kept apart" "other" "$(lines "$(missing_packages lab)")"
exit "$FAULTS"
