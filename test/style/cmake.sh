#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All CMake files are clean.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

no_options 'Runs cmake-lint over all CMake files of the project, with the settings of .cmake-lint.json.' "$@"
require_tool cmake-lint cmake-format

cd "$ROOT"
mapfile -t files < <(project_files | grep -E '(^|/)CMakeLists\.txt$|\.cmake$')
((${#files[@]} > 0)) || { echo "no CMake files found below $ROOT"; exit 1; }
cmake-lint --suppress-decorations --config-files "$ROOT/.cmake-lint.json" -- "${files[@]}"
echo "${#files[@]} files are clean"
