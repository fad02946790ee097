#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A trunk: all calls from one address and one port. They spread over all servers, and no call over two.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# The sources of all SIP messages that reached the servers, "address port" a line.
sources_seen() {
    local server
    for server in "${SERVERS[@]}"; do
        tshark -n -r "$RUN_DIR/traffic/$server.pcap" -Y "udp.dstport == 5060 && sip.Method == \"INVITE\"" \
            -T fields -E separator=' ' -e "$(ip_field src)" -e udp.srcport 2>"$WORK/tshark.log"
    done | sort -u
}

e2e_begin trunk "$@"
start_proxies record-route
start_director .
result=$(traffic_result --mode record-route --calls 2000 --rate 500)
check_json "2000 calls: none failed, nothing sent twice" \
    '.calls == 2000 and .failed == 0 and .retransmissions == 0 and .missing_calls == 0' "$result"
check_equal "all calls come from one address and port" "$(host_address user1 "$FAMILY") 5060" "$(sources_seen)"
check_json "no call is seen at more than one server" '.split_calls == 0' "$result"
# With 2000 calls and four servers the standard deviation is below 20 calls: 100 are five of them.
check_json "each of the four servers has its share, within a fifth" \
    '(.servers | length) == 4 and all(.servers[]; . >= 400 and . <= 600)' "$result"
e2e_end
