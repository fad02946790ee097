#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Figure 3 with Record-Route naming the VIP: ACK and BYE come through the VIP as well, and reach the proxy
# that owns the call. What the proxy sends never passes the director.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

e2e_begin rr "$@"
DEMO_T1=$PATIENT_T1 start_proxies record-route
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

check_flow director "\
INVITE user1 > VIP, frame user1 > director
INVITE user1 > VIP, frame director > OWNER
ACK user1 > VIP, frame user1 > director
ACK user1 > VIP, frame director > OWNER
BYE user1 > VIP, frame user1 > director
BYE user1 > VIP, frame director > OWNER"

check_flow user2 "\
INVITE OWNER > user2, frame OWNER > user2
180 INVITE user2 > OWNER, frame user2 > OWNER
200 INVITE user2 > OWNER, frame user2 > OWNER
ACK OWNER > user2, frame OWNER > user2
BYE OWNER > user2, frame OWNER > user2
200 BYE user2 > OWNER, frame user2 > OWNER"

# One call can be right by luck: many.
result=$(traffic_result --mode record-route --calls 200 --rate 200)
check_json "200 calls: none failed, none on more than one server" \
    '.failed == 0 and .split_calls == 0 and .missing_calls == 0' "$result"
check_json "INVITE, ACK and BYE of each come through the VIP" \
    '[([.packets[]] | add) - 600, .retransmissions] | .[0] >= 0 and .[0] <= .[1]' "$result"
e2e_end
