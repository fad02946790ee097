#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The alert rules are rules, and each fires for what it is about (promtool's own unit tests). What the
# dashboard asks for can be asked.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: test/monitoring/rules_test.sh

Checks deploy/prometheus/sipsteer.rules.yaml and runs sipsteer.rules.test.yaml of this folder over it; checks
the expressions of deploy/grafana/sipsteer.json.
USAGE
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
readonly RULES=$HERE/../../deploy/prometheus/sipsteer.rules.yaml

readonly DASHBOARD=$HERE/../../deploy/grafana/sipsteer.json

# The dashboard's expressions as rules, for promtool reads no others; Grafana's variables get values.
dashboard_rules() {
    jq '{groups: [{name: "dashboard", rules: [.panels[] | .id as $id | .targets[]?
        | {record: "panel:\($id)_\(.refId)",
           expr: (.expr | gsub("[$]__rate_interval"; "5m") | gsub("[$]instance"; ".*"))}]}]}' "$DASHBOARD"
}

# Alerts without a test of their own, one a line.
untested_alerts() {
    comm -23 <(sed -n 's/^ *- alert: //p' "$RULES" | sort) \
        <(grep -B 1 exp_alerts: "$HERE/sipsteer.rules.test.yaml" | sed -n 's/^ *alertname: //p' | sort -u)
}

main() {
    case ${1:-} in
    '') ;;
    --help | -h) usage; exit 0 ;;
    *) printf '%s: takes no arguments; try --help\n' "${0##*/}" >&2; exit 2 ;;
    esac
    if ! command -v promtool >/dev/null; then
        echo "skipped: promtool is missing; install the package prometheus"
        exit 77
    fi
    local work untested
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # the directory of now
    trap "rm -rf '$work'" EXIT
    cp "$RULES" "$HERE/sipsteer.rules.test.yaml" "$work"
    cd "$work"
    promtool check rules sipsteer.rules.yaml
    dashboard_rules >dashboard.json # JSON is YAML, too
    promtool check rules dashboard.json
    promtool test rules sipsteer.rules.test.yaml
    untested=$(untested_alerts)
    [[ -z $untested ]] || { printf 'alert without a test: %s\n' "$untested"; exit 1; }
}

main "$@"
