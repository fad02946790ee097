# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# How the harness speaks and gives up. Everything goes to stderr: stdout is the guest's console.

say() {
    printf 'kernels: %s\n' "$*" >&2
}

# The test could not be run here, which is not a failure (ctest's SKIP_RETURN_CODE).
skip() {
    say "skipped: $*"
    exit 77
}

fail() {
    say "error: $*"
    exit 1
}

usage_error() {
    say "$*"
    say 'see test/kernels/run --help'
    exit 2
}
