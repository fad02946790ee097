# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# GET /metrics of the real daemon, held to its GET /v1/status. Sourced after lib.sh.
#
# shellcheck disable=SC2016  # jq filters have their own $

# What both say, one "metric value" a line.
metrics_by_status='
    (.services[] | "sipsteer_service_packets_total{service=\"\(.name)\"} \(.packets)",
        "sipsteer_guard_denied_total{service=\"\(.name)\"} \(.denied)",
        "sipsteer_guard_observed_total{service=\"\(.name)\"} \(.observed)",
        "sipsteer_guard_limited_total{service=\"\(.name)\"} \(.limited)",
        "sipsteer_guard_refused_total{service=\"\(.name)\"} \(.refused)",
        "sipsteer_guard_scanned_total{service=\"\(.name)\"} \(.scanned)",
        "sipsteer_service_messages_total{service=\"\(.name)\",method=\"BYE\"} \(.messages.BYE)"),
    (.pools[] | .name as $pool | .servers[] | "{pool=\"\($pool)\",server=\"\(.name)\"" as $labels
        | "sipsteer_server_new_calls_total\($labels)} \(.new_calls)",
          "sipsteer_server_up\($labels)} 1", "sipsteer_server_neighbour_resolved\($labels)} 1",
          "sipsteer_probe_up\($labels),path=\"direct\"} 1"),
    (.reasons[] | select(.verdict == "tx") | "sipsteer_packets_total{reason=\"\(.reason)\",verdict=\"tx\"} \(.packets)"),
    (.interfaces[] | "sipsteer_interface_attached{interface=\"\(.name)\"} \(if .attached then 1 else 0 end)"),
    (.vips[] | "sipsteer_vip_present{address=\"\(.address)\",interface=\"\(.interface)\"} \(if .present then 1 else 0 end)"),
    "sipsteer_host_repairs_total{what=\"program\"} \(.host_repairs.programs)", "sipsteer_ready 1",
    (.interfaces[] | "sipsteer_interface_native_mode{interface=\"\(.name)\"} \(if .mode == "native" then 1 else 0 end)"),
    "sipsteer_build_info{version=\"\(.version)\",layout=\"\(.layout)\"} 1",
    "sipsteer_table_entries \(.calls.entries)", "sipsteer_table_bytes \(.calls.bytes)",
    "sipsteer_calls_new_total{pool=\"\(.pools[0].name)\"} \([.pools[0].servers[].new_calls] | add)"'

# check_metrics DESCRIPTION: while no calls come and go.
check_metrics() {
    local missing
    director_get /metrics >"$WORK/metrics"
    missing=$(director_get /v1/status | jq -r "$metrics_by_status" | sort | comm -23 - <(sort "$WORK/metrics"))
    check_equal "$1: they say what the status says" '' "$missing"
    check "$1: they count themselves" grep -q '^sipsteer_api_requests_total{route="/v1/status",method="GET",status="200"} ' "$WORK/metrics"
    if command -v promtool >/dev/null; then
        check_equal "$1: promtool has nothing to say" '' "$(promtool check metrics <"$WORK/metrics" 2>&1)"
    else
        comment "promtool is not installed: the format was not checked"
    fi
}
