#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All proxies are dead: what a phone sees of a pool that says `reject`, and of one that says `drop`; and
# that calls succeed again as soon as a proxy is back.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly CALLS=300 RATE=100 RETRY_AFTER=7

# A call that expects to be refused, and acknowledges that (RFC 3261, 17.1.1.3: the same branch, To with
# its tag).
refused_scenario() {
    cat <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="user1 is refused">
  <send retrans="20000"><![CDATA[

      INVITE sip:user2@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: <sip:user1@[local_ip]:[local_port]>;tag=[pid]u1[call_number]
      To: <sip:user2@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:user1@[local_ip]:[local_port]>
      Content-Length: 0

  ]]></send>
  <recv response="503">
    <action>
      <ereg regexp="RETRY_AFTER" search_in="hdr" header="Retry-After:" check_it="true" assign_to="after"/>
      <ereg regexp=";tag=[^;]+" search_in="hdr" header="To:" check_it="true" assign_to="tag"/>
      <log message="[call_id]: again after [$after], To [$tag]"/>
    </action>
  </recv>
  <send><![CDATA[

      ACK sip:user2@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-1]
      Max-Forwards: 70
      From: <sip:user1@[local_ip]:[local_port]>;tag=[pid]u1[call_number]
      To: <sip:user2@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Content-Length: 0

  ]]></send>
</scenario>
XML
}

status_value() { director_get /v1/status | jq "$1"; } # JQ-FILTER: a number

reason_packets() { # REASON VERDICT
    status_value "[.reasons[] | select(.reason == \"$1\" and .verdict == \"$2\").packets] | add // 0"
}

nobody_is_up() { status_is '[.pools[].servers[].takes_new] | any | not'; }

# "count source method-of-CSeq code" of what reached user1 from port 5060.
answers_at_user1() {
    tshark -n -r "$WORK/user1.pcap" -Y sip.Status-Code -T fields -E separator=' ' -e "$(ip_field src)" \
        -e udp.srcport -e sip.CSeq.method -e sip.Status-Code 2>"$WORK/tshark.log" | sort | uniq -c |
        awk '{ $1 = $1; print }'
}

all_are_killed() {
    local server
    for server in "${SERVERS[@]}"; do
        kill_proxy "$server"
    done
    check "nobody is up" wait_until 60 nobody_is_up
    check_equal "the log says that the pool is down" 1 "$(log_lines pool_down)"
}

calls_are_refused() {
    local capture answered rejected acks dropped
    answered=$(status_value .rejects.answered) rejected=$(reason_packets no_server reject)
    acks=$(status_value '.services[0].messages.ACK // 0') dropped=$(reason_packets no_server drop)
    refused_scenario | sed "s/RETRY_AFTER/^ *$RETRY_AFTER *\$/" >"$WORK/refused.xml"
    start_capture user1 "$(host_get user1 interface)" "$WORK/user1.pcap" "udp and src port 5060 and src host $VIP"
    capture=$LAST_PID
    start_phone user1 "$FAMILY" 5060 "$WORK/user1" "$WORK/refused.xml" -m "$CALLS" -r "$RATE" \
        -recv_timeout 40000 "$(in_uri "$VIP"):5060"
    wait_until 120 is_gone "$LAST_PID" || true
    stop_pid "$LAST_PID" || true
    stop_capture "$capture" "$WORK/user1.pcap"
    check_equal "$CALLS calls get 503 with Retry-After: $RETRY_AFTER" "$CALLS 0" \
        "$(phone_stat "$WORK/user1" "SuccessfulCall(C)") $(phone_stat "$WORK/user1" "FailedCall(C)")"
    check_equal "nothing is sent twice" 0 "$(phone_stat "$WORK/user1" "Retransmissions(C)")"
    check_equal "all that comes is one answer an INVITE, from the VIP; none to an ACK" \
        "$CALLS $VIP 5060 INVITE 503" "$(answers_at_user1)"
    check_equal "each is counted: no_server, reject" "$CALLS" $(($(reason_packets no_server reject) - rejected))
    check_equal "and as answered" "$CALLS" $(($(status_value .rejects.answered) - answered))
    check_equal "the ACKs came" "$CALLS" $(($(status_value '.services[0].messages.ACK // 0') - acks))
    check_equal "and were dropped: no_server, drop" "$CALLS" $(($(reason_packets no_server drop) - dropped))
}

# 400 INVITEs in a second or two: 50 in a second are answered.
no_amplifier() {
    local i answers source most
    source=$(host_address user1 "$FAMILY")
    configure "50 answers a second" '.pools[0].reject.per_second = 50'
    T0=$(now)
    for ((i = 0; i < 400; i++)); do echo "INVITE $i-flood user2 $source"; done |
        on_host user1 "$E2E_DIR/farm_send.py" "$VIP" --gap 0.0025 --wait 1 >"$WORK/answers"
    most=$(awk -v from="$T0" -v to="$(now)" 'BEGIN { printf "%d", 50 * (to - from) + 5 }')
    answers=$(wc -l <"$WORK/answers")
    comment "$answers answers, at most $most"
    check "a flood gets no more answers than the limit allows" test "$answers" -ge 40 -a "$answers" -le "$most"
    check_equal "all of them 503, with Retry-After" "503 $RETRY_AFTER" \
        "$(cut -d' ' -f2,3 "$WORK/answers" | sort -u)"
}

nothing_is_said() {
    local source
    source=$(host_address user1 "$FAMILY")
    configure "when_down is drop" '.pools[0].when_down = "drop"'
    printf 'INVITE %s-silence user2 %s\n' 1 "$source" 2 "$source" |
        on_host user1 "$E2E_DIR/farm_send.py" "$VIP" >"$WORK/answers"
    check_equal "an INVITE gets no answer then" 0 "$(wc -l <"$WORK/answers")"
    configure "when_down is reject" '.pools[0].when_down = "reject"'
}

one_is_back() {
    restart_proxy server3
    check "one proxy is back, the pool is up" wait_until 60 server_is server3 .takes_new
    begin_calls 100 100
    await_established 100
    end_calls
    check_calls "100 calls"
    check_equal "all of them there" "server3 100" "$(calls_by_server)"
}

e2e_begin no-server "$@"
start_proxies record-route
start_director ".pools[0] += {when_down: \"reject\", reject: {per_second: 1000, retry_after: \"${RETRY_AFTER}s\"}}"
all_are_killed
calls_are_refused
no_amplifier
nothing_is_said
one_is_back
e2e_end
