#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All JSON parses, and no object has a key twice.
set -euo pipefail
# shellcheck source=test/style/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

no_options 'Parses all JSON of the project.' "$@"
require_tool jq jq

cd "$ROOT"
mapfile -t files < <(project_files | grep -E '\.json$')
((${#files[@]} > 0)) || { echo "no JSON found below $ROOT"; exit 1; }
for file in "${files[@]}"; do
    jq empty "$file" || { echo "$file does not parse"; exit 1; }
done
# jq keeps the last of two equal keys; its stream shows both.
twice=$(jq --stream -n '[inputs | select(length == 2) | [input_filename] + .[0]] | group_by(.)[] |
    select(length > 1)[0] | map(tostring) | join(" ")' "${files[@]}")
[[ -z $twice ]] || { printf 'there twice: %s\n' "$twice"; exit 1; }
echo "${#files[@]} files parse"
