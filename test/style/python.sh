#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All Python, found by name or first line, is clean.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

no_options 'Runs flake8 over all Python of the project, with the settings of .flake8.' "$@"
# Debian's own interpreter: another one may come first in PATH, without the package.
PYTHON=/usr/bin/python3
"$PYTHON" -m flake8 --version >/dev/null 2>&1 || require_tool flake8 python3-flake8

cd "$ROOT"
mapfile -t files < <(project_files | xargs awk '
    FILENAME ~ /\.py$/ || FNR == 1 && /^#!.*python/ { print FILENAME }
    { nextfile }')
((${#files[@]} > 0)) || { echo "no Python found below $ROOT"; exit 1; }
"$PYTHON" -m flake8 "${files[@]}"
echo "${#files[@]} files are clean"
