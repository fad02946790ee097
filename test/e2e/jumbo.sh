#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A segment with an MTU of 9000: the program attaches, natively where told so, and INVITEs of 8 KB, which
# come as one frame of several pieces, reach one server each, byte for byte and unfragmented.
#
# shellcheck disable=SC2016,SC2317  # jq filters; what wait_until calls
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_keepers.sh
. "$E2E_DIR/lib_keepers.sh"

readonly MTU=9000 CALLS=200 FILLER=7600 # bytes of text in each INVITE, beside its headers

set_mtu() { # of every interface of the lab; the bridge follows its ports
    local netns interface
    for netns in $(ip netns list | awk -v lab="sipsteer-$LAB-" 'index($1, lab) == 1 { print $1 }'); do
        for interface in $(ip -n "$netns" -j link show type veth | jq -r '.[].ifname'); do
            ip -n "$netns" link set dev "$interface" mtu "$MTU"
        done
    done
}

# invite_list: SIPp's injection file; each call has a text of its own.
invite_list() {
    awk -v calls="$CALLS" -v wanted="$FILLER" 'BEGIN {
        print "SEQUENTIAL"
        for (call = 1; call <= calls; call++) {
            text = ""
            for (n = 1; length(text) < wanted; n++) text = text "jumbo" call "." n ","
            printf "jumbo%d;%s\n", call, substr(text, 1, wanted)
        }
    }'
}

# How many calls exactly one server got, once, with the whole of their text.
whole_calls() {
    local name text whole=0
    while IFS=';' read -r name text; do
        [[ $(grep -rlF "Call-ID: $name@" "$WORK/kept" | wc -l) == 1 &&
            $(grep -rlF "a=x-filler:$text" "$WORK/kept" | wc -l) == 1 ]] && whole=$((whole + 1))
    done < <(tail -n +2 "$WORK/jumbo.csv")
    echo "$whole"
}

send_calls() {
    start_phone user1 "$FAMILY" 5060 "$WORK/user1" "$E2E_DIR/fragments.xml" -inf "$WORK/jumbo.csv" \
        -m "$CALLS" -r 200 -timeout 20 "$(in_uri "$VIP"):5060"
    wait_until 60 is_gone "$LAST_PID" || true
    stop_pid "$LAST_PID" || die "SIPp fails: $(tail -n 3 "$WORK/user1/out")"
}

# check_calls MODE
check_calls() {
    local server capture pieces
    check_equal "$1: attached at an MTU of $MTU" "$1" \
        "$(director_get /v1/status | jq -r '[.interfaces[].mode] | unique[]')"
    server=${SERVERS[0]}
    start_capture "$server" "$(host_get "$server" interface)" "$WORK/$server.pcap" "udp and dst host $VIP"
    capture=$LAST_PID
    send_calls
    wait_until 60 kept_at_least "$CALLS" || true
    sleep 0.5 # what is too much
    stop_capture "$capture" "$WORK/$server.pcap"
    check_equal "$1: $CALLS INVITEs of 8 KB, each whole at one server" "$CALLS" "$(whole_calls)"
    check_equal "$1: none comes twice" "$CALLS" "$(find "$WORK/kept" -type f | wc -l)"
    check_equal "$1: all four servers have some" 4 \
        "$(find "$WORK/kept" -type f -printf '%h\n' | sort -u | wc -l)"
    pieces=$(tshark -r "$WORK/$server.pcap" -T fields -e frame.len 2>/dev/null | awk '$1 < 8000' | wc -l)
    check_equal "$1: no frame at $server is a fragment" 0 "$pieces"
    check_json "$1: nothing was steered by another way" \
        "[.reasons[] | select(.reason == \"call_new\") | .packets] == [$CALLS]
        and ([.reasons[].reason | select(startswith(\"fragment\") or startswith(\"no_call\"))] == [])" \
        "$(director_get /v1/status)"
    find "$WORK/kept" -type f -delete
}

e2e_begin jumbo "$@"
set_mtu
invite_list >"$WORK/jumbo.csv"
start_servers
for XDP_MODE in native generic; do
    start_director '.on_exit = "detach"'
    check_calls "$XDP_MODE"
    end_director TERM
done
e2e_end
