# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# End-to-end tests: a lab of its own for each test, the real daemon as director, real SIP software, and
# captures as the proof. A test sources this, then:
#
#     e2e_begin NAME "$@"        a lab, by the options of the command line
#     start_proxies MODE; start_director .
#     ...checks...
#     e2e_end
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
#
# shellcheck disable=SC2034  # FAMILY, VIP, WORK, PORT_OF_DIRECTOR are read by the tests.

E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly E2E_DIR
readonly PROJECT_DIR=${E2E_DIR%/test/e2e}

# shellcheck source=tools/demo/lib.sh
. "$PROJECT_DIR/tools/demo/lib.sh"

# The daemon under test.
readonly SIPSTEERD=${SIPSTEERD:-$PROJECT_DIR/build/bin/sipsteerd}

LAB=''           # the name of this test's lab
FAMILY=4         # 4 or 6: the family of the addresses that are called
XDP_MODE=auto    # native, generic or auto
VIP=''           # the VIP of that family
WORK=''          # directory for captures and logs
FAILED_CHECKS=0
DIRECTOR_PID=''

e2e_usage() {
    cat <<USAGE
Usage: test/e2e/${0##*/} [--ipv6] [--vlan ID] [--nics 1|2] [--mode native|generic|auto]

  --ipv6      call the VIP's IPv6 address
  --vlan ID   the director's link carries that VLAN
  --nics 2    servers behind the director's second NIC (not for the tests of Figure 3)
  --mode      how the daemon attaches (default: auto)

The daemon is build/bin/sipsteerd, or what SIPSTEERD names. E2E_KEEP=DIR copies captures and logs there.
USAGE
}

# e2e_begin NAME OPTION...: builds the lab; everything goes when the test ends, however it ends.
e2e_begin() {
    local lab_options=()
    LAB="e2e-$1-$$"
    shift
    while (($#)); do
        case $1 in
        --help | -h) e2e_usage; exit 0 ;;
        --ipv6) FAMILY=6; lab_options+=(--ipv6); shift; continue ;;
        --vlan | --nics) (($# > 1)) || usage_error "$1 needs a value"; lab_options+=("$1" "$2") ;;
        --mode) (($# > 1)) || usage_error "$1 needs a value"; XDP_MODE=$2 ;;
        *) usage_error "no such option: $1" ;;
        esac
        shift 2
    done
    if ((EUID != 0)); then
        echo "skipped: network namespaces need root"
        exit 77
    fi
    require_root_and jq awk nsenter ss sipp kamailio tcpdump tshark curl
    [[ -x $SIPSTEERD ]] || die "there is no $SIPSTEERD; build the project first"
    trap e2e_clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$LAB_TOOL" up --name "$LAB" "${lab_options[@]}" >/dev/null
    load_lab "$LAB"
    VIP=$(vip_address "$FAMILY")
    WORK=$RUN_DIR/test
    mkdir -p "$WORK"
    comment "lab $LAB ${lab_options[*]}"
}

e2e_clean_up() {
    local code=$?
    trap '' INT TERM
    stop_all
    if [[ -n $WORK ]]; then
        "$DEMO_DIR/proxies" stop --name "$LAB" || true
        [[ -z ${E2E_KEEP:-} ]] || { mkdir -p "$E2E_KEEP" && cp -r "$RUN_DIR/." "$E2E_KEEP"; }
    fi
    "$LAB_TOOL" down --name "$LAB" >/dev/null || true
    exit "$code"
}

# Ends the test with its verdict.
e2e_end() {
    if ((FAILED_CHECKS)); then
        comment "$FAILED_CHECKS checks failed"
        exit 1
    fi
    exit 0
}

# --- checks -----------------------------------------------------------------------------------------

comment() { printf '# %s\n' "$1"; }

ok() { printf 'ok - %s\n' "$1"; }

not_ok() {
    printf 'not ok - %s\n' "$1"
    FAILED_CHECKS=$((FAILED_CHECKS + 1))
}

# check DESCRIPTION COMMAND...
check() {
    local description=$1
    shift
    if "$@"; then ok "$description"; else not_ok "$description"; fi
}

# check_equal DESCRIPTION EXPECTED ACTUAL: texts; shows the difference.
check_equal() {
    if [[ $2 == "$3" ]]; then
        ok "$1"
        return
    fi
    not_ok "$1"
    diff --label expected --label seen -u <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/#   /' || true
}

# check_json DESCRIPTION JQ-CONDITION JSON
check_json() {
    if jq -e "$2" <<<"$3" >/dev/null; then
        ok "$1"
    else
        not_ok "$1"
        comment "not true: $2"
        comment "in: $3"
    fi
}

# --- director ---------------------------------------------------------------------------------------

# Prints a configuration that steers to all servers of the lab.
director_config() {
    jq --arg family "ipv$FAMILY" --arg mode "$XDP_MODE" --arg dir "$WORK/director" '
        {
            interfaces: [.director.attach[] | {name: ., mode: $mode}],
            pin_dir: (.bpffs + "/sipsteer"),
            state_dir: ($dir + "/state"),
            api: {socket: ($dir + "/api.sock")},
            on_exit: "detach",
            pools: [{
                name: "proxies", mode: "stateful", scheduler: "hash",
                probe: {type: "options", interval: "500ms", timeout: "400ms", rise: 2, fall: 3},
                servers: [.servers[] | {name, address: .[$family], port: 5060}]
            }],
            services: [{
                name: "sip", address: .vip[$family], port: 5060, protocol: "udp", pool: "proxies",
                vip_interface: .director.vip_interface
            }]
        }' <<<"$LAB_INFO"
}

# GET PATH from the daemon's API.
director_get() {
    curl --silent --fail --max-time 2 --unix-socket "$WORK/director/api.sock" "http://localhost$1"
}

all_servers_up() {
    director_get /v1/status | jq -e '[.pools[].servers[].health] | length > 0 and all(. == "up")' >/dev/null
}

director_ready_or_gone() { all_servers_up || is_gone "$DIRECTOR_PID"; }

# start_director JQ-FILTER: the daemon with director_config, changed by the filter (. leaves it as it
# is); all servers are up when this returns. The proxies must run.
start_director() {
    mkdir -p "$WORK/director/state"
    director_config | jq "$1" >"$WORK/director/config.json"
    start_on director "$WORK/director/log" "$SIPSTEERD" --config "$WORK/director/config.json"
    DIRECTOR_PID=$LAST_PID
    wait_until 20 director_ready_or_gone || true
    all_servers_up && return
    sed 's/^/#   /' "$WORK/director/log" >&2
    die "the director is not ready with all servers up; status: $(director_get /v1/status || echo none)"
}

stop_director() {
    stop_pid "$DIRECTOR_PID"
}

start_proxies() { # MODE
    "$DEMO_DIR/proxies" start --name "$LAB" --mode "$1"
}

# --- captures of one call ---------------------------------------------------------------------------

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
    for capture in "${CALL_CAPTURES[@]}"; do
        stop_capture "${capture#*=}" "$WORK/${capture%%=*}.pcap"
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

# --- one call ---------------------------------------------------------------------------------------

# place_call silent|with-media: one call from user1 to user2 by the VIP, captured everywhere. With media,
# user1 sends a second of RTP, which user2 sends back. Sets CALL_ID and OWNER (the server that has seen
# it).
place_call() {
    local scenario=$DEMO_DIR/scenarios/user1.xml callee owners=() code=0
    [[ $(jq .nics <<<"$LAB_INFO") == 1 ]] || die "frames are checked in a lab with one NIC only"
    if [[ $1 == with-media ]]; then
        scenario=$WORK/user1_media.xml
        media_scenario >"$scenario"
    fi
    meet_phones
    start_call_captures
    start_phone user2 "$FAMILY" 5060 "$WORK/user2" "$DEMO_DIR/scenarios/user2.xml" -d 100 -rtp_echo
    callee=$LAST_PID
    wait_until 10 udp_is_bound user2 5060 || die "user2 does not start: $(tail -n 3 "$WORK/user2/out")"
    start_phone user1 "$FAMILY" 5060 "$WORK/user1" "$scenario" -d 1200 -m 1 -timeout 40 \
        -cid_str "%u-%p-$(printf '%04x%04x' $RANDOM $RANDOM)@%s" "$(in_uri "$VIP"):5060"
    wait_until 45 is_gone "$LAST_PID" || true
    stop_pid "$LAST_PID" || code=$?
    stop_phone "$callee"
    check_equal "user1's call succeeds" "0 1" "$code $(phone_stat "$WORK/user1" "SuccessfulCall(C)")"
    check_equal "user2's call succeeds" 1 "$(phone_stat "$WORK/user2" "SuccessfulCall(C)")"
    check_equal "nothing is sent twice" "0 0" "$(phone_stat "$WORK/user1" "Retransmissions(C)") \
$(phone_stat "$WORK/user2" "Retransmissions(C)")"
    stop_call_captures
    CALL_ID=$(tshark -n -r "$WORK/user1.pcap" -Y 'sip.Method == "INVITE"' -T fields -e sip.Call-ID \
        2>"$WORK/tshark.log" | head -n 1)
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
        "$DEMO_DIR/scenarios/user1.xml"
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
