#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The page's scripts parse, and each name that one imports is exported by the other.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

no_options 'Parses and links all JavaScript modules of the project.' "$@"
require_tool node nodejs

cd "$ROOT"
mapfile -t files < <(project_files | grep -E '\.js$')
((${#files[@]} > 0)) || { echo "no JavaScript found below $ROOT"; exit 1; }
node --no-warnings --experimental-vm-modules test/style/link_modules.mjs "${files[@]}"
echo "${#files[@]} modules link"
