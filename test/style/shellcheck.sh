#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All shell scripts, found by name, first line or shellcheck directive, are clean. None pipes into a reader that may
# end early: the writer then gets SIGPIPE, and with pipefail a busy machine turns "found" into "failed" now and then.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

no_options 'Runs shellcheck over all shell scripts of the project.' "$@"

# By name, or by one of the first three lines. busybox scripts ("#!/bin/busybox sh") are shell, too.
shell_files() {
    project_files | grep -v '^test/fuzz/corpus/' | xargs awk '
        FILENAME ~ /\.sh$/ || /^#!.*[\/ ](ba|da)?sh( |$)/ || /^# shellcheck shell=/ { print FILENAME; nextfile }
        FNR == 3 { nextfile }'
}

require_tool shellcheck shellcheck
cd "$ROOT"
mapfile -t files < <(shell_files)
((${#files[@]} > 0)) || { echo "no shell scripts found below $ROOT"; exit 1; }
shellcheck --external-sources "${files[@]}"
if grep -nE '\|[[:space:]]*(grep -[A-Za-z]*q|head) ' "${files[@]}"; then
    echo 'read these by grep -q PATTERN < <(COMMAND), or by sed -n 1p'
    exit 1
fi
echo "${#files[@]} scripts are clean"
