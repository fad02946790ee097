#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Figure 3: user1 calls user2 through a proxy behind the VIP. Only INVITE F1 passes the director; the
# proxy answers from the VIP straight to user1 and sends INVITE F2 from its own address; ACK, RTP and BYE
# run between the phones.
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

e2e_begin figure3 "$@"
DEMO_T1=$PATIENT_T1 start_proxies plain
start_director .
place_call with-media

check_flow user1 "\
INVITE user1 > VIP, frame user1 > director
100 INVITE VIP > user1, frame OWNER > user1
180 INVITE VIP > user1, frame OWNER > user1
200 INVITE VIP > user1, frame OWNER > user1
ACK user1 > user2, frame user1 > user2
BYE user1 > user2, frame user1 > user2
200 BYE user2 > user1, frame user2 > user1"

check_flow director "\
INVITE user1 > VIP, frame user1 > director
INVITE user1 > VIP, frame director > OWNER"

check_flow "$OWNER" "\
INVITE user1 > VIP, frame director > OWNER
100 INVITE VIP > user1, frame OWNER > user1
INVITE OWNER > user2, frame OWNER > user2
180 INVITE user2 > OWNER, frame user2 > OWNER
180 INVITE VIP > user1, frame OWNER > user1
200 INVITE user2 > OWNER, frame user2 > OWNER
200 INVITE VIP > user1, frame OWNER > user1"

check_flow user2 "\
INVITE OWNER > user2, frame OWNER > user2
180 INVITE user2 > OWNER, frame user2 > OWNER
200 INVITE user2 > OWNER, frame user2 > OWNER
ACK user1 > user2, frame user1 > user2
BYE user1 > user2, frame user1 > user2
200 BYE user2 > user1, frame user2 > user1"

for phone in user1 user2; do
    check_equal "RTP as seen at $phone runs both ways between the phones" "\
RTP user1 > user2, frame user1 > user2
RTP user2 > user1, frame user2 > user1" "$(rtp_flow "$phone")"
done
check_equal "no RTP passes the director" "" "$(rtp_flow director)"
check_equal "no RTP passes the proxy" "" "$(rtp_flow "$OWNER")"
e2e_end
