# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# One call, captured everywhere, as text that a test can compare message by message. Sourced by lib.sh.
#
# shellcheck disable=SC2034,SC2153  # VIP, FAMILY and others are set in lib.sh.

# Milliseconds until phones and proxies send a message of such a call again. Each message is looked at, and a
# busy machine may take longer than RFC 3261's 500 ms.
readonly PATIENT_T1=20000

patient_scenario() { sed "s/retrans=\"500\"/retrans=\"$PATIENT_T1\"/" "$1"; } # FILE

# Captures on every host, and on the switch's side of the director's link: there, unlike on the
# director, frames are seen that XDP takes before the kernel.
start_call_captures() {
    local host
    CALL_CAPTURES=()
    for host in user1 user2 "${SERVERS[@]}"; do
        start_call_capture "$host" "$host" "$(host_get "$host" interface)"
    done
    start_call_capture director switch director-eth0
}

start_call_capture() { # NAME HOST INTERFACE
    start_capture "$2" "$3" "$WORK/$1.pcap" "udp or (vlan and udp)"
    CALL_CAPTURES+=("$1=$LAST_PID")
}

# Checks, too, that the captures are complete.
stop_call_captures() {
    local capture lost=0
    settle_captures "$WORK"/*.pcap
    for capture in "${CALL_CAPTURES[@]}"; do
        end_capture "${capture#*=}" "$WORK/${capture%%=*}.pcap"
        lost=$((lost + CAPTURE_DROPPED))
    done
    check_equal "the captures are complete" 0 "$lost"
}

# Prints "address name" lines: what call_flow writes instead of addresses.
address_names() {
    jq -r --arg family "ipv$FAMILY" '
        "\(.vip[$family]) VIP",
        ([.clients[], .servers[], (.director + {name: "director"})][] |
            "\(.[$family]) \(.name)", "\(.mac) \(.name)")' <<<"$LAB_INFO"
}

# call_flow NAME CALL-ID: the messages of a call in a capture, in order, one a line:
#     INVITE user1 > VIP, frame user1 > director
# A response has its code and the method it answers: "200 INVITE".
call_flow() {
    tshark -n -r "$WORK/$1.pcap" -d udp.port==5060,sip -Y "sip.Call-ID == \"$2\"" -T fields -E separator=' ' \
        -e sip.Method -e sip.Status-Code -e sip.CSeq.method -e "$(ip_field src)" -e "$(ip_field dst)" \
        -e eth.src -e eth.dst 2>"$WORK/tshark.log" |
        awk 'NR == FNR { name[$1] = $2; next }
            function n(address) { return address in name ? name[address] : address }
            NF == 6 { message = $1 ~ /^[0-9]/ ? $1 " " $2 : $1;
                      printf "%s %s > %s, frame %s > %s\n", message, n($3), n($4), n($5), n($6); next }
            { print "not understood: " $0 }' <(address_names) -
}

ip_field() { if ((FAMILY == 6)); then echo "ipv6.$1"; else echo "ip.$1"; fi; }

# rtp_flow NAME: the directions of the RTP packets (version 2, payload type 0) in a capture.
rtp_flow() {
    tshark -n -r "$WORK/$1.pcap" -d udp.port==6000-6100,rtp -Y 'rtp && rtp.p_type == 0' -T fields -E separator=' ' \
        -e "$(ip_field src)" -e "$(ip_field dst)" -e eth.src -e eth.dst 2>"$WORK/tshark.log" |
        awk 'NR == FNR { name[$1] = $2; next }
            { printf "RTP %s > %s, frame %s > %s\n", name[$1], name[$2], name[$3], name[$4] }' \
            <(address_names) - | sort -u
}

# The servers that have seen a call, one a line.
servers_of_call() { # CALL-ID
    local server
    for server in "${SERVERS[@]}"; do
        [[ -z $(call_flow "$server" "$1") ]] || printf '%s\n' "$server"
    done
}

# place_call silent|with-media: one call from user1 to user2 by the VIP, captured everywhere. With media,
# user1 sends a second of RTP, which user2 sends back. Sets CALL_ID and OWNER (the server that has seen
# it).
place_call() {
    local scenario=$WORK/user1_patient.xml callee owners=() code=0
    [[ $(jq .nics <<<"$LAB_INFO") == 1 ]] || die "frames are checked in a lab with one NIC only"
    patient_scenario "$DEMO_DIR/scenarios/user2.xml" >"$WORK/user2_patient.xml"
    patient_scenario "$DEMO_DIR/scenarios/user1.xml" >"$scenario"
    if [[ $1 == with-media ]]; then
        scenario=$WORK/user1_media.xml
        media_scenario >"$scenario"
    fi
    meet_phones
    start_call_captures
    start_phone user2 "$FAMILY" 5060 "$WORK/user2" "$WORK/user2_patient.xml" -d 100 -rtp_echo
    callee=$LAST_PID
    wait_until 60 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$WORK/user2/out")"
    start_phone user1 "$FAMILY" 5060 "$WORK/user1" "$scenario" -d 1200 -m 1 -timeout 90 \
        -cid_str "%u-%p-$(printf '%04x%04x' $RANDOM $RANDOM)@%s" "$(in_uri "$VIP"):5060"
    wait_until 100 is_gone "$LAST_PID" || true
    stop_pid "$LAST_PID" || code=$?
    stop_phone "$callee"
    check_equal "user1's call succeeds" "0 1" "$code $(phone_stat "$WORK/user1" "SuccessfulCall(C)")"
    check_equal "user2's call succeeds" 1 "$(phone_stat "$WORK/user2" "SuccessfulCall(C)")"
    check_equal "nothing is sent twice" "0 0" "$(phone_stat "$WORK/user1" "Retransmissions(C)") \
$(phone_stat "$WORK/user2" "Retransmissions(C)")"
    stop_call_captures
    CALL_ID=$(tshark -n -r "$WORK/user1.pcap" -Y 'sip.Method == "INVITE"' -T fields -e sip.Call-ID \
        2>"$WORK/tshark.log" | sed -n 1p)
    [[ -n $CALL_ID ]] || die "user1 has sent no INVITE"
    mapfile -t owners < <(servers_of_call "$CALL_ID")
    OWNER=${owners[0]:-server1}
    check "exactly one proxy sees the call: ${owners[*]:-none}" test ${#owners[@]} -eq 1
}

# Every server has to do with both phones once, so that it knows their MAC addresses: a frame that waits
# for an address is overtaken by the next, and the order of the messages is what the tests look at.
meet_phones() {
    local phone server
    for phone in user1 user2; do
        for server in "${SERVERS[@]}"; do
            on_host "$phone" "$DEMO_DIR/sip-options" "$(host_address "$server" "$FAMILY")" 10 \
                "$(host_address "$phone" "$FAMILY")" >/dev/null
        done
    done
}

# user1's scenario with a second of silence as RTP (8000 bytes of PCMU) after the ACK.
media_scenario() {
    head -c 8000 /dev/zero | tr '\0' '\377' >"$WORK/silence.raw"
    sed -e 's/\[media_port\]/[rtpstream_audio_port]/' \
        -e "s|<!-- media -->|<nop><action><exec rtp_stream=\"$WORK/silence.raw,1,0,PCMU/8000\"/></action></nop>|" \
        "$WORK/user1_patient.xml"
}

# begin_server_captures FILTER: each server's frames of this kind go to WORK/SERVER.pcap.
begin_server_captures() {
    local server
    SERVER_CAPTURES=()
    for server in "${SERVERS[@]}"; do
        start_capture "$server" "$(host_get "$server" interface)" "$WORK/$server.pcap" \
            "ether dst $(host_get "$server" mac) and $1"
        SERVER_CAPTURES+=("$server=$LAST_PID")
    done
}

end_server_captures() {
    local capture lost=0
    settle_captures "$WORK"/server*.pcap
    for capture in "${SERVER_CAPTURES[@]}"; do
        end_capture "${capture#*=}" "$WORK/${capture%%=*}.pcap"
        lost=$((lost + CAPTURE_DROPPED))
    done
    check_equal "the captures are complete" 0 "$lost"
}

# traffic_result OPTION...: the JSON result of tools/demo/traffic in this lab.
traffic_result() {
    local options=(--name "$LAB" --json)
    ((FAMILY == 4)) || options+=(--ipv6)
    "$DEMO_DIR/traffic" "${options[@]}" "$@" 2>"$WORK/traffic.log" || true
}

# check_flow NAME EXPECTED: the whole of the call as NAME saw it; OWNER stands for the owning server.
check_flow() {
    check_equal "the call as seen at $1 ($OWNER owns it)" "${2//OWNER/$OWNER}" \
        "$(call_flow "$1" "$CALL_ID")"
}
