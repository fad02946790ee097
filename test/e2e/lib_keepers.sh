# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Servers that keep each datagram that comes to the VIP, whole, in a file of its own (fragments_sink.py):
# WORK/kept/SERVER. Sourced after lib.sh.
#
# shellcheck disable=SC2153  # VIP, FAMILY and others are set in lib.sh

start_servers() {
    local server
    for server in "${SERVERS[@]}"; do
        mkdir -p "$WORK/kept/$server"
        start_on "$server" "$WORK/$server.log" python3 -B "$E2E_DIR/fragments_sink.py" \
            "$VIP" "$(host_address "$server" "$FAMILY")" "$WORK/kept/$server"
    done
}

# kept_at_least COUNT: datagrams, at all servers together.
kept_at_least() { (($(find "$WORK/kept" -type f ! -name '*.part' | wc -l) >= $1)); }
