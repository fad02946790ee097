# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a tool says to the person who runs it; stdout is for results.

say() { printf '%s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}
