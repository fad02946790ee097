#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All C and C++ is formatted as .clang-format says.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# One version for all: each formats a little otherwise.
readonly CLANG_FORMAT=clang-format
readonly PACKAGE=clang-format

usage() {
    cat <<'USAGE'
Usage: test/style/clang_format.sh [--write]

Checks the format of all C and C++, and of nothing else: it would damage CMake files.

  --write  change what is not formatted
USAGE
}

mode=(--dry-run --Werror)
case ${1:-} in
'') ;;
--help | -h) usage; exit 0 ;;
--write) mode=(-i) ;;
*) usage_error "no such option: $1" ;;
esac

require_tool "$CLANG_FORMAT" "$PACKAGE"
mapfile -t files < <(project_files | grep -E '\.(c|h|cpp|hpp)$')
((${#files[@]} > 0)) || { echo "no C or C++ found below $ROOT"; exit 1; }
cd "$ROOT"
if ! "$CLANG_FORMAT" "${mode[@]}" "${files[@]}"; then
    echo "not formatted as .clang-format says; to change it: test/style/clang_format.sh --write"
    exit 1
fi
echo "${#files[@]} files are formatted"
