#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The sequel of Figure 3: the proxies use the VIP as the source of all they send, with the same Call-ID on
# both legs. user2's responses now come to the VIP, and reach the proxy that owns the call.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

e2e_begin vipsrc "$@"
DEMO_T1=$PATIENT_T1 start_proxies vip-source
start_director .
place_call silent

check_flow user1 "\
INVITE user1 > VIP, frame user1 > director
100 INVITE VIP > user1, frame OWNER > user1
180 INVITE VIP > user1, frame OWNER > user1
200 INVITE VIP > user1, frame OWNER > user1
ACK user1 > VIP, frame user1 > director
BYE user1 > VIP, frame user1 > director
200 BYE VIP > user1, frame OWNER > user1"

check_flow user2 "\
INVITE VIP > user2, frame OWNER > user2
180 INVITE user2 > VIP, frame user2 > director
200 INVITE user2 > VIP, frame user2 > director
ACK VIP > user2, frame OWNER > user2
BYE VIP > user2, frame OWNER > user2
200 BYE user2 > VIP, frame user2 > director"

check_flow director "\
INVITE user1 > VIP, frame user1 > director
INVITE user1 > VIP, frame director > OWNER
180 INVITE user2 > VIP, frame user2 > director
180 INVITE user2 > VIP, frame director > OWNER
200 INVITE user2 > VIP, frame user2 > director
200 INVITE user2 > VIP, frame director > OWNER
ACK user1 > VIP, frame user1 > director
ACK user1 > VIP, frame director > OWNER
BYE user1 > VIP, frame user1 > director
BYE user1 > VIP, frame director > OWNER
200 BYE user2 > VIP, frame user2 > director
200 BYE user2 > VIP, frame director > OWNER"

# One call can be right by luck: many.
result=$(traffic_result --mode vip-source --calls 200 --rate 200)
check_json "200 calls: none failed, none on more than one server" \
    '.failed == 0 and .split_calls == 0 and .missing_calls == 0' "$result"
check_json "of each, three requests and user2's three responses come through the VIP" \
    '[([.packets[]] | add) - 1200, .retransmissions] | .[0] >= 0 and .[0] <= .[1]' "$result"
e2e_end
