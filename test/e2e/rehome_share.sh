#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A proxy dies that has a third of 60,000 calls: with so many, chance hardly moves a share, and each of
# the others has to get its weight's share of them within 5 %. Single requests instead of whole calls
# (an INVITE before, a BYE after), which the proxies refuse for their Max-Forwards; counted in the
# servers' own captures.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly CALLS=60000

send_to_all() { # METHOD
    seq "$CALLS" | sed "s|.*|$1 &-$CALLS_RUN user2 $(host_address user1 "$FAMILY")|" |
        on_host user1 "$E2E_DIR/farm_send.py" "$VIP" --gap 0.0001 --wait 0.3 >"$WORK/answers"
}

e2e_begin rehome-share "$@"
start_proxies record-route
start_director '.pools[0].servers |= (to_entries | map(.value + {weight: [200, 400, 300, 300][.key]}))'
begin_captures
T0=$(now)
send_to_all INVITE
comment "$CALLS INVITEs in $(seconds_between "$T0" "$(now)") s"
T0=$(now) died=$T0
kill_proxy server2
check_within "a dead proxy is found" 1.7 server_is server2 '.takes_new | not'
down=$(now)
send_to_all BYE
end_captures
row=$("$E2E_DIR/farm_row.py" --seen "$CALLS_DIR/seen" --sent "$CALLS_DIR/sent" --lost /dev/null --at "$died" \
    --since 0 --until "$died" --weights '{"server1": 200, "server2": 400, "server3": 300, "server4": 300}' \
    --server server2)
check_json "each server has its share of $CALLS calls, within 5 %" \
    ".new_calls.calls == $CALLS and .new_calls.elsewhere == 0 and .new_calls.off <= 0.05" "$row"
comment "$(jq -c .new_calls <<<"$row")"
row=$("$E2E_DIR/farm_row.py" --seen "$CALLS_DIR/seen" --sent "$CALLS_DIR/sent" --lost /dev/null --at "$died" \
    --since "$died" --until "$down" --weights '{"server1": 200, "server3": 300, "server4": 300}' \
    --server server2 --gone server2)
comment "$(jq -c .rehomed_calls <<<"$row")"
check_json "all of the dead one's calls went to others" \
    '.rehomed > 18000 and .rehomed == .running_there and .rehomed_calls.elsewhere == 0' "$row"
check_json "each of the others has its share of them, within 5 %" '.rehomed_calls.off <= 0.05' "$row"
check_json "no other call moved" '.moved_wrongly == 0' "$row"
e2e_end
