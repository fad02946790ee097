#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All C and C++ is formatted as .clang-format says.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
'') ;;
--help | -h)
    printf 'Usage: test/style/clang_format.sh\n\nChecks the format of all C and C++. To change it: clang-format -i FILE\n'
    exit 0
    ;;
*) usage_error "no such option: $1" ;;
esac

require_tool clang-format clang-format
mapfile -t files < <(project_files | grep -E '\.(c|h|cpp|hpp)$')
((${#files[@]} > 0)) || { echo "no C or C++ found below $ROOT"; exit 1; }
cd "$ROOT"
if ! clang-format --dry-run --Werror "${files[@]}"; then
    echo "not formatted as .clang-format says; to change it: clang-format -i FILE"
    exit 1
fi
echo "${#files[@]} files are formatted"
