#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A trunk: all calls from one address and one port. They spread over all servers, and no call over two.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

# The sources of all SIP messages that reached the servers, "address port" a line.
sources_seen() {
    local server
    for server in "${SERVERS[@]}"; do
        tshark -n -r "$CALLS_DIR/$server.pcap" -Y "udp.dstport == 5060 && sip.Method == \"INVITE\"" \
            -T fields -E separator=' ' -e "$(ip_field src)" -e udp.srcport 2>"$WORK/tshark.log"
    done | sort -u
}

e2e_begin trunk "$@"
start_proxies record-route
start_director "$PATIENT_PROBES"
begin_traffic 150 2000
await_established 2000
end_traffic
check_undisturbed "2000 calls"
check_equal "all calls come from one address and port" "$(host_address user1 "$FAMILY") 5060" "$(sources_seen)"
# With 2000 calls and four servers the standard deviation is below 20 calls: 100 are five of them.
check_json "each of the four servers has its share, within a fifth" \
    '(.servers | length) == 4 and all(.servers[]; . >= 400 and . <= 600)' "$TRAFFIC_RESULT"
e2e_end
