#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The command line against the real daemon: what each command prints, to a pipe and to a terminal, its
# exit codes, its errors; over TLS; and over a restart of the daemon.
#
# After a change that is meant: test/e2e/cli.sh --renew, and look at the difference of test/e2e/golden.
#
# shellcheck disable=SC2016,SC2094,SC2317  # jq filters have their own $; what a terminal shows is read while it
# is written; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_golden.sh
. "$E2E_DIR/lib_golden.sh"

readonly TOKEN=a-token-for-this-test

# The same secret in each run, or the calls would go elsewhere; a certificate and a token for the API.
prepare() {
    local dir=$RUN_DIR/director
    mkdir -p "$dir/state"
    printf '0123456789abcdef' >"$dir/state/secret"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>"$WORK/openssl.log"
    chmod 600 "$dir/state/secret" "$WORK/key.pem"
    jq -n --arg hash "$(printf %s "$TOKEN" | sha256sum | cut -d ' ' -f 1)" \
        '[{name: "test", role: "read-only", sha256: $hash}]' >"$WORK/tokens.json"
    printf '%s\n' "$TOKEN" >"$WORK/token"
    chmod 600 "$WORK/tokens.json" "$WORK/token"
    FILTER=$(printf '.api += {listen: [{address: "0.0.0.0:8443", tls: {certificate: "%s", key: "%s"}}],
        tokens_file: "%s"} | .services += [.services[0] + {name: "trunk", port: 5070}]' \
        "$WORK/cert.pem" "$WORK/key.pem" "$WORK/tokens.json")
}

place_calls() {
    local n
    for n in 1 2 3 4; do send_request INVITE "golden-$n" "$VIP" 5060; done
    send_request OPTIONS golden-5 "$VIP" 5070
    check "five calls are in the table" wait_until 60 calls_are 5
}

calls_are() { (($(sipsteer get calls -o json | jq '.calls | length') == $1)); }

# A pass that was under way may have found some of them only: four that run, and one that does not.
swept() {
    sipsteer status -o json |
        jq -e '.calls.live == 5 and ([.pools[].servers[].live_calls] | add) == 4' >/dev/null
}

showing() {
    check "the sweep has counted them" wait_until 60 swept
    local since='s/  (TIME|-)  /  SINCE  /' # a pool that was up from the beginning has no event
    topic show
    MASK='/^REASON/,$d; s/^(interface .*): .*/\1: MODE/' table PACKETS -- status
    check_equal "status fits 80 columns" "" "$(sipsteer status | grep -E '.{81}' || true)"
    MASK=$since table PACKETS -- get services
    MASK=$since table -- get pools
    table PACKETS -- get servers
    table 'AGE S' 'IDLE S' 'LEFT S' -- get calls
    table 'AGE S' 'IDLE S' 'LEFT S' -- get calls proxies/server1
    table 'AGE S' 'IDLE S' 'LEFT S' -- get calls --state other --pool proxies
    table 'AGE S' 'IDLE S' 'LEFT S' -- get calls --older-than 1h
    MASK='s/--after [0-9]+/--after N/' table 'AGE S' 'IDLE S' 'LEFT S' -- get calls server1 --limit 1
    local numbers='s/^([^:]*: )[0-9]+(\.[0-9]+)?$/\1N/ ; s/ [0-9]+ s old/ N s old/'
    MASK=$numbers shown describe services sip
    MASK="$numbers; /^servers\[[1-9]/d; s/^(.*probe.*(last|reason)): .*/\1: .../" shown describe pools proxies
    MASK="$numbers; s/^(probe.*(last|reason)): .*/\1: .../" shown describe servers proxies/server1
    MASK=$numbers shown describe calls golden-1
    MASK='' topic top
    table 'PACKETS/S' 'BYTES/S' 'NEW CALLS/S' -- top --once
    check_json "top has JSON, too" '[.servers[].live_calls] == [2, 0, 2, 0]' "$(sipsteer top --once -o json)"
    topic words
    shown version
    shown help delete
    shown help delete cal
    table PACKETS 'NEW CALLS' -- get server server2
    MASK=$since table -- get pool proxies
    table 'AGE S' 'IDLE S' 'LEFT S' -- get calls --older-than 1d
    shown top -o json
    check_json "-o json is the API's answer" '[.pools[].servers[].name] | length == 4' "$(sipsteer status -o json)"
    check_json "of one thing, a list of one" 'length == 1 and .[0].pool == "proxies"' \
        "$(sipsteer get servers server2 -o json)"
}

explaining() {
    topic explain
    printf 'BYE sip:a@b SIP/2.0\r\nCall-ID: golden-1\r\nCSeq: 2 BYE\r\n\r\n' >"$WORK/bye"
    local ages='s/began [0-9]+ s ago, idle [0-9]+ s, kept [0-9]+ s/began N s ago, idle N s, kept N s/g
        s/[0-9.]+ (s|min|h|seconds)( |,|$)/N \1\2/g'
    MASK=$ages
    shown explain golden-1
    shown explain golden-9 --pool proxies --source 192.0.2.99 --to-user bob --via host
    shown explain --datagram "$WORK/bye" --service sip --secret "$(director_file state/secret)"
    shown explain --datagram "$WORK/bye" --service sip
    python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); from one_frame import capture_of
sys.stdout.buffer.write(capture_of(sys.argv[2], 5060, open(sys.argv[3], "rb").read()))' \
        "$E2E_DIR" "$VIP" "$WORK/bye" >"$WORK/bye.pcap"
    shown explain --pcap "$WORK/bye.pcap"
    shown explain --offline --pcap "$WORK/bye.pcap" --secret "$(director_file state/secret)"
    shown explain --datagram "$WORK/bye"
    shown explain --offline --datagram "$WORK/bye" --secret "$(director_file state/secret)" -o json
    MASK=''
}

changing() {
    local config=$WORK/new.json
    topic change
    shown drain proxies/server2 --timeout 1h
    sleep 1.1
    MASK='s/[0-9.]+ (s|min|h|seconds)( |,|$)/N \1\2/g' shown drain proxies/server2 --timeout 1s
    check "the drain's deadline is what it was" server_is server2 '.drain.deadline_unix - .drain.since_unix >= 3599'
    shown drain proxies/server2
    check "and there is none behind a drain without" server_is server2 '.drain.deadline_unix == null'
    shown events --last 1 --type drain_started
    shown enable proxies/server2
    shown disable proxies/server4
    shown enable proxies/server4
    jq '.log_level = "debug" | .pools[0].servers[0] += {weight: 400, drain_timeout: "10m"}
        | .pools[0].probe.interval = "1s" | del(.pools[0].servers[3])
        | .services[1].name = "mobile"' "$(director_file config.json)" >"$config"
    shown diff -f "$config"
    check_json "diff changes nothing" '.log_level == "info"' "$(api_body GET /v1/config)"
    check_json "diff -o json is the API's report" '.changes.settings == ["log_level"]' \
        "$(sipsteer diff -o json -f "$config")"
    shown apply -f "$config"
    shown diff -f "$config"
    shown diff --exit-code -f "$config"
    shown apply -f "$(director_file config.json)"
    jq '.log_level = "debug"' "$(director_file config.json)" >"$config"
    shown diff --exit-code -f "$config"
    shown apply --exit-code -f "$config"
    shown apply --exit-code -f "$config"
    shown apply --exit-code -f "$(director_file config.json)"
    jq '.interfaces[0].name = "eth9"' "$(director_file config.json)" >"$config"
    shown diff -f "$config"
    shown diff --exit-code -f "$config"
    shown apply -f "$config"
}

# The daemon's configuration in an editor: accepted, refused before and after it is sent.
editing() {
    local draft='s/sipsteer-config-[A-Za-z0-9]{6}/DRAFT/g'
    topic edit
    check_equal "config show prints the configuration in force" "$(api_body GET /v1/config | jq -S .)" \
        "$(sipsteer config show | jq -S .)"
    export TMPDIR=$WORK VISUAL='' EDITOR='sed -i s/info/debug/'
    shown config edit
    EDITOR=true shown config edit
    EDITOR='sed -i s/debug/loud/' MASK=$draft shown config edit
    printf '"$SIPSTEER" disable proxies/server4 >&2\nsed -i s/debug/info/ "$1"\n' >"$WORK/late.sh"
    SIPSTEER=$SIPSTEER EDITOR="sh $WORK/late.sh" MASK=$draft shown config edit
    check_equal "the two refused edits keep their files" 2 "$(find "$WORK" -name 'sipsteer-config-*' | wc -l)"
    check_equal "which only its owner may read" 2 "$(find "$WORK" -name 'sipsteer-config-*' -perm 600 | wc -l)"
    unset TMPDIR VISUAL EDITOR
    shown enable proxies/server4
    shown config save
    check_equal "the file has what is in force" debug "$(jq -r .log_level "$(director_file config.json)")"
    printf ' ' >>"$(director_file config.json)"
    shown config save
    jq '.log_level = "info"' "$(director_file config.json)" >"$WORK/back.json"
    shown apply -f "$WORK/back.json"
}

# A server's state, waited for: there, not there, and on its way while the command waits.
waiting() {
    local code=0 pid n
    topic wait
    shown wait proxies/server1 up
    shown wait server2 up --timeout 1m
    shown drain proxies/server4 --wait
    shown wait proxies/server4 drained
    shown enable proxies/server4
    shown wait proxies/server4 drained
    MASK='s/: up, .*/: up, REASON/' shown wait proxies/server1 down --timeout 1ms
    shown wait proxies/nobody up
    start_on director "$WORK/waiter" env SIPSTEER_API="$(director_file api.sock)" "$SIPSTEER" \
        drain proxies/server3 --wait
    pid=$LAST_PID
    check "a drain with running calls waits" wait_until 60 grep -q draining "$WORK/waiter"
    check_equal "they are not moved" "proxies/server3: draining" "$(cat "$WORK/waiter")"
    for n in 1 2 3 4; do api DELETE "/v1/calls/golden-$n" >/dev/null; done
    check "until they have ended" wait_until 60 is_gone "$pid"
    wait "$pid" || code=$?
    check_equal "with 0" 0 "$code"
    check_equal "and the server is drained" "proxies/server3: drained" "$(tail -n 1 "$WORK/waiter")"
    sipsteer enable proxies/server3 >/dev/null
}

call_is_known() { sipsteer describe calls "$1" >/dev/null; }

# One server, pool or service, by its fields.
things() {
    local pool=$WORK/pool.json
    topic things
    shown set proxies/server1 weight=50 max_calls=1000
    shown set server1 weight= max_calls=
    shown set pool proxies probe.interval=1s --dry-run
    shown add server proxies/server9 address=198.51.100.19 weight=0
    shown delete server server9
    printf '{"scheduler": "source", "probe": {"fall": 5}}' >"$pool"
    shown add pool spare -f "$pool" quorum=2
    shown add service spare address="$VIP" port=5090 pool=spare
    shown delete pool spare
    shown delete service spare
    shown delete pool spare
    check_equal "nothing is left of all that" "$CONFIG_BEFORE" "$(api_body GET /v1/config | jq -S .)"

    shown set proxies/server1 weight=70000
    shown set proxies/server1 wieght=50
    shown set proxies/server1 weight=heavy
    shown set proxies/server1
    shown set proxies/serverl weight=50
    shown set server5 weight=50
    shown add server proxis/server9 address=198.51.100.19
    shown add server proxies/server1 address=198.51.100.19
    shown add server proxies/server9 address=127.0.0.1
    shown add pool spare -f /nonexistent
    shown delete service trunc
    check_equal "a refusal changes nothing" "$CONFIG_BEFORE" "$(api_body GET /v1/config | jq -S .)"

    shown log-level debug
    shown log-level
    shown log-level info
    shown log-level loud
    send_request INVITE golden-8 "$VIP" 5060
    check "the call to move is in the table" wait_until 60 call_is_known golden-8
    shown rehome call golden-8 --to proxies/server2
    shown rehome call golden-8 --to proxies/nobody
    shown delete call golden-8
    shown delete call golden-8
    shown rehome proxies/server2
    shown rehome proxies/nobody
}

banning() {
    topic bans
    shown ban 203.0.113.7 --for 1h --comment 'a scanner'
    shown ban 203.0.113.7 --for 2d
    shown ban 2001:db8:bad::/48 --service trunk
    shown get bans
    shown get guard
    shown get guard --limit 1
    MASK='/^calls:/,/^guard:/!d' shown status
    printf 'OPTIONS sip:a@b SIP/2.0\r\nCall-ID: z\r\n\r\n' >"$WORK/options"
    MASK='/^Guard:/!d' shown explain --datagram "$WORK/options" --service trunk --source 2001:db8:bad::7
    MASK=''
    shown unban 203.0.113.7
    shown unban 203.0.113.7
    shown unban 2001:db8:bad::/48 --service trunk
    shown get bans
    shown ban 203.0.113.7/24
    shown ban 10.0.0.0/7
    shown ban 203.0.113.7 --for long
    shown ban 203.0.113.7 --service nobody
    shown get bans 203.0.113.7
    shown get guard --pool proxies
}

checking() {
    topic config
    jq '.pools[0].scheduler = "fastest" | .servces = []' "$(director_file config.json)" >"$WORK/bad.json"
    shown config check "$(director_file config.json)"
    shown config check "$WORK/bad.json"
    shown config check "$WORK/bad.json" -o json
    shown config check /nonexistent
    shown apply -f "$WORK/bad.json"
    shown diff -f "$WORK/bad.json"
}

errors() {
    topic errors
    shown
    shown nosuch
    shown config chek
    shown --api /nonexistent/api.sock status
    shown --api http://127.0.0.1:1 status
    shown --api nonsense status
    shown describe servers proxies/nobody
    shown describe calls nobody
    shown get calls proxies/nobody
    shown get pools --state early
    shown get calls --state late
    shown drain proxies/nobody
    shown drain /server1
    shown drain proxies/server1 --timeout soon
    shown explain --pcap /nonexistent
    shown events --last 1 --calls 1
    shown events --server proxies/nobody
    shown top
    shown apply -f /nonexistent
}

over_tls() {
    local api=https://127.0.0.1:8443
    topic tls
    MASK='s/  (TIME|-)  /  SINCE  /' table PACKETS -- --api "$api" --ca-file "$WORK/cert.pem" --token-file "$WORK/token" get services
    shown --api "$api" --ca-file "$WORK/cert.pem" --token-file "$WORK/token" events --last 1 --type drain_started
    shown --api "$api" --ca-file "$WORK/cert.pem" --token-file "$WORK/token" drain proxies/server1
    shown --api "$api" --token-file "$WORK/token" status
    shown --api https://127.0.0.2:8443 --ca-file "$WORK/cert.pem" --token-file "$WORK/token" status
    shown --api http://127.0.0.1:8443 --token-file "$WORK/token" status
    shown --api http://0.0.0.0:8443 --token-file "$WORK/token" status
    shown --api http://0.0.0.0:8443 --token-file "$WORK/token" --token-in-clear status
    shown --api "$api" --ca-file "$WORK/cert.pem" status
    shown --api "$api" --ca-file "$WORK/key.pem" status
    shown --ca-file "$WORK/cert.pem" status
}

# What bash offers behind the words.
offered() {
    SIPSTEER_API=$(director_file api.sock) \
        bash -c '. "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _sipsteer; printf "%s " "${COMPREPLY[@]}"' \
        - "$WORK/completion" "$@"
}

completing() {
    sipsteer completion bash >"$WORK/completion"
    check_equal "bash completes commands" "drain " "$(offered sipsteer dr)"
    check_equal "their options" "--timeout " "$(offered sipsteer drain --ti)"
    check_equal "their arguments" "services servers " "$(offered sipsteer get se)"
    check_equal "what an option is one of" "json " "$(offered sipsteer get pools -o j)"
    check_equal "and servers, as the daemon has them" "proxies/server1 proxies/server2 proxies/server3 proxies/server4 " \
        "$(offered "$SIPSTEER" drain proxies/)"
    check_equal "those inside a command" "pool " "$(offered sipsteer delete p)"
    check_equal "fields" "weight= " "$(offered sipsteer set proxies/server1 we)"
    check_equal "and their values" "draining disabled " "$(offered sipsteer set proxies/server1 admin = d)"
    check_equal "files are left to bash" " " "$(offered sipsteer apply -f '')"
}

# A terminal for a script below WORK, which gets the path of the command line; fd 9 is its keyboard.
on_terminal() { # SCRIPT
    SIPSTEER_API=$(director_file api.sock) SIPSTEER=$SIPSTEER WORK=$WORK TERM=xterm \
        script -qec "sh '$1'" /dev/null
}

terminal() {
    local escape=$'\e'
    printf 'exec "$SIPSTEER" get servers\n' >"$WORK/colours.sh"
    check_equal "colours on a terminal" 4 "$(on_terminal "$WORK/colours.sh" | grep -c "$escape\[32mup$escape\[0m")"
    check_equal "and none if NO_COLOR is set" 0 \
        "$(NO_COLOR=1 on_terminal "$WORK/colours.sh" | grep -c "$escape" || true)"
    cat >"$WORK/top.sh" <<'SCRIPT'
stty -g >"$WORK/before"
sh -c 'echo $$ >"$WORK/top.pid"; exec "$SIPSTEER" top'
echo $? >"$WORK/code"
stty -g >"$WORK/after"
SCRIPT
    mkfifo "$WORK/keyboard"
    exec 9<>"$WORK/keyboard"
    on_terminal "$WORK/top.sh" <&9 >"$WORK/top.out" &
    STARTED+=($!)
    check "top shows the farm" wait_until 60 grep -q 'proxies/server4' "$WORK/top.out"
    kill -INT "$(cat "$WORK/top.pid")"
    check "SIGINT ends it" wait_until 60 test -s "$WORK/after"
    check_equal "with 0" 0 "$(cat "$WORK/code")"
    check_equal "and the terminal is as it was" "$(cat "$WORK/before")" "$(cat "$WORK/after")"
    check "the cursor is shown again" grep -q "$escape\[?25h" "$WORK/top.out"
    exec 9>&-
    printf 'stty rows 9; exec "$SIPSTEER" top\n' >"$WORK/low.sh"
    : >"$WORK/low.out"
    { wait_until 60 grep -q 'SERVER' "$WORK/low.out"; printf q; } |
        on_terminal "$WORK/low.sh" >"$WORK/low.out"
    check "in a low window it says what is missing" grep -q '[1-9] more rows; enlarge the window' "$WORK/low.out"
    check "and how to leave" grep -q 'press q to quit' "$WORK/low.out"
}

# A call's events, over a restart of the daemon; ended as by Ctrl-C.
following() {
    local code=0 pid
    start_on director "$WORK/events" env SIPSTEER_API="$(director_file api.sock)" "$SIPSTEER" events \
        --call-id golden-7 --type call_new,pool_up
    pid=$LAST_PID
    check "the call's event comes" wait_until 60 call_is_seen 1
    end_director KILL
    start_director "$FILTER"
    check "when the daemon is back, that is said" wait_until 60 grep -q 'answers again' "$WORK/events"
    check "the events go on" wait_until 60 call_is_seen "$(grep -n 'answers again' "$WORK/events" | cut -d : -f 1)"
    kill -INT "$pid"
    wait_until 60 is_gone "$pid"
    wait "$pid" || code=$?
    check_equal "Ctrl-C ends it with 0" 0 "$code"
    check_equal "that it was gone has been said once" 1 "$(grep -c 'stopped answering' "$WORK/events")"
}

# From a line of its output on. A listener takes a moment until it sees calls: each try is a new call.
call_is_seen() { # LINE
    api DELETE /v1/calls/golden-7 >/dev/null || true
    send_request INVITE golden-7 "$VIP" 5060
    sleep 0.1
    grep -q 'info     call_new .*call_id=golden-7' < <(tail -n "+$1" "$WORK/events")
}

golden_options "$@"
e2e_begin cli "${OPTIONS[@]}"
prepare
start_proxies record-route
start_director "$FILTER"
place_calls
showing
explaining
changing
editing
CONFIG_BEFORE=$(api_body GET /v1/config | jq -S .)
things
waiting
banning
checking
errors
over_tls
completing
terminal
compare_topics
following
e2e_end
