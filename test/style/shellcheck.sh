#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All shell scripts, found by name, first line or shellcheck directive, are clean.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
'') ;;
--help | -h)
    printf 'Usage: test/style/shellcheck.sh\n\nRuns shellcheck over all shell scripts of the project.\n'
    exit 0
    ;;
*) usage_error "no such option: $1" ;;
esac

# busybox scripts ("#!/bin/busybox sh") are shell, too.
is_shell() {
    [[ $1 == *.sh ]] || head -n 3 "$1" | grep -qaE '^(#!.*[/ ](ba|da)?sh( |$)|# shellcheck shell=)'
}

require_tool shellcheck shellcheck
cd "$ROOT"
files=()
while read -r file; do
    ! is_shell "$file" || files+=("$file")
done < <(project_files)
((${#files[@]} > 0)) || { echo "no shell scripts found below $ROOT"; exit 1; }
shellcheck --external-sources "${files[@]}"
echo "${#files[@]} scripts are clean"
