# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the style tests share.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly ROOT

# Exit code 77: ctest shows the test as skipped.
require_tool() { # COMMAND PACKAGE
    command -v "$1" >/dev/null && return
    echo "skipped: $1 is missing; install the package $2"
    exit 77
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}

# The project's files, below the top directory, one a line: without build directories and what
# version control keeps for itself.
project_files() {
    (cd "$ROOT" && find . \( -name .git -o -name build \) -prune -o -type f -printf '%P\n' | sort)
}

# no_options DESCRIPTION ARGUMENT...: for a test that takes none but --help.
no_options() {
    case ${2:-} in
    '') ;;
    --help | -h)
        printf 'Usage: test/style/%s\n\n%s\n' "${0##*/}" "$1"
        exit 0
        ;;
    *) usage_error "no such option: $2" ;;
    esac
}
