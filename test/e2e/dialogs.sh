#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The kinds of calls that phones make, through real proxies that send all they send from the VIP: forked,
# refused, cancelled, redirected, challenged, referred, replaced, and subscriptions, registrations and a B2BUA.
# Every message of a call reaches one server, though the scheduler takes each server in turn. None is live at
# the end. The outcome is a table.
#
# server1 and server2 are proxies. server3 and server4 are proxies for presence, and have the B2BUA on port
# 5080. The phones are SIPp, by the scenarios of dialogs_scenarios.py, and baresip, which rings and is cancelled.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; wait_until calls functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly CALLS=10 # of each kind
readonly RUN_HOST=dialogs.example.com
readonly POOLS='
    .pools[0] as $pool | ($pool.probe + {fall: 20}) as $probe |
    .pools[0] += {scheduler: "round-robin", probe: $probe, servers: $pool.servers[:2]} |
    .pools += [("presence", "b2buas") as $name | .pools[0] + {name: $name, servers: $pool.servers[2:]}] |
    .services[0].method_pools = [("SUBSCRIBE", "NOTIFY", "PUBLISH") | {method: ., pool: "presence"}] |
    .services += [.services[0] | {name: "b2bua", address, port: 5080, pool: "b2buas", vip_interface}]'

LEFT=0 # live calls that earlier kinds have left

# start_role NAME ROLE HOST PORT [SIPP-OPTION...]
start_role() {
    local scenario=$WORK/scenarios/$1_$2.xml dir=$WORK/$1_$2_$3 host=$3 port=$4
    shift 4
    start_phone "$host" "$FAMILY" "$port" "$dir" "$scenario" "${KEYS[@]}" -m "$CALLS" -timeout 60 "$@"
    PHONES+=("$LAST_PID=$dir")
    LAST_DIR=$dir
}

await_role() { # HOST PORT
    wait_until 60 udp_is_bound "$1" "$2" || die "no phone on $1, port $2: $(tail -n 3 "$LAST_DIR/out")"
}

# baresip as user2's other phone, until it is stopped.
start_baresip() { # NAME
    local dir=$WORK/$1_baresip here
    here=$(in_uri "$(host_address user2 "$FAMILY")"):5070
    mkdir -p "$dir"
    printf '%s\n' "module_path $(dirname "$(baresip_module g711)")" "module g711.so" "module account.so" \
        "module menu.so" "sip_listen $here" "call_max_calls 100" >"$dir/config"
    printf '<sip:other@%s;transport=udp>;regint=0;answermode=manual\n' "$here" >"$dir/accounts"
    : >"$dir/contacts"
    start_on user2 "$dir/out" baresip -f "$dir"
    UNTIL_STOPPED+=("$LAST_PID")
    LAST_DIR=$dir
    await_role user2 5070
}

baresip_module() { dpkg -L baresip-core | grep "/$1\.so$"; } # NAME

# A B2BUA on a server, bound to the VIP, until it is stopped.
start_b2bua() { # NAME SERVER
    local scenario=$WORK/scenarios/$1_server.xml dir=$WORK/$1_$2
    mkdir -p "$dir"
    start_on "$2" "$dir/out" env --chdir="$dir" sipp -sf "$scenario" -i "$(in_uri "$VIP")" -p 5080 -mi "$VIP" \
        "${KEYS[@]}" -key own "$(in_uri "$(host_address "$2" "$FAMILY")")" -t u1 -nostdin -trace_err -error_file errors
    UNTIL_STOPPED+=("$LAST_PID")
    LAST_DIR=$dir
    await_role "$2" 5080
}

count_live() {
    director_get '/v1/calls?limit=1000' | jq '[.calls[] | select(.state | IN("early", "confirmed"))] | length'
}

no_more_live() { (($(count_live) == LEFT)); }

# Appends "NAME CALLS SUCCEEDED LIVE SERVERS" to WORK/outcomes. Calls that others left are theirs.
note_outcome() { # NAME SUCCEEDED SERVERS
    local live
    wait_until 5 no_more_live || true
    live=$(count_live)
    printf '%s %d %d %d %s\n' "$1" "$CALLS" "$2" $((live - LEFT)) "$3" >>"$WORK/outcomes"
    LEFT=$live
}

baresip_is_done() { (($(grep -c 'session closed' "$WORK/$1_baresip/out") >= CALLS)); } # NAME

has_role() { [[ -e $WORK/scenarios/$1_$2.xml ]]; } # NAME ROLE

# Everybody but the caller.
start_called() { # NAME
    PHONES=() UNTIL_STOPPED=()
    if has_role "$1" server; then
        start_b2bua "$1" server3
        start_b2bua "$1" server4
    fi
    start_role "$1" phone user2 5060
    await_role user2 5060
    if has_role "$1" other; then
        start_role "$1" other user2 5070
        await_role user2 5070
    fi
    ! has_role "$1" baresip || start_baresip "$1"
}

# make_calls NAME SERVERS [PORT]: all calls of a kind, which these servers are for. Returns when everybody has hung
# up. A call has succeeded if it has for each phone.
make_calls() {
    local name=$1 port=${3:-5060} phone succeeded=$CALLS count
    start_called "$name"
    start_role "$name" caller user1 5060 -r 20 -cid_str "%u-%p-$name@$RUN_HOST" "$(in_uri "$VIP"):$port"
    for phone in "${PHONES[@]}"; do
        wait_until 90 is_gone "${phone%%=*}" || true
        stop_pid "${phone%%=*}" TERM 2 || true
        count=$(phone_stat "${phone#*=}" "SuccessfulCall(C)")
        ((count >= succeeded)) || succeeded=$count
    done
    ! has_role "$name" baresip || wait_until 60 baresip_is_done "$name" || true
    for phone in "${UNTIL_STOPPED[@]}"; do stop_pid "$phone" TERM 2 || true; done
    note_outcome "$name" "$succeeded" "$2"
}

# Each phone registers, is challenged, and keeps its flow alive, before and after it registers again.
register_phones() {
    local succeeded
    succeeded=$(on_host user1 python3 -B "$E2E_DIR/dialogs_phone.py" --phones "$CALLS" \
        "$(host_address user1 "$FAMILY")" "$VIP")
    note_outcome registered "$succeeded" server1,server2
    note_outcome keep_alives "$succeeded" server1,server2
}

outcome() {
    local server captures=()
    for server in "${SERVERS[@]}"; do captures+=(--capture "$server=$WORK/$server.pcap"); done
    "$E2E_DIR/dialogs_count.py" "${captures[@]}" "$WORK/outcomes" "$WORK/scenarios/expected"
}

# What the scenarios call the VIP and the phones: in URIs, and by themselves.
set_keys() {
    local caller phone
    caller=$(host_address user1 "$FAMILY")
    phone=$(host_address user2 "$FAMILY")
    KEYS=(-key vip "$(in_uri "$VIP")" -key caller "$(in_uri "$caller")" -key phone "$(in_uri "$phone")"
        -key caller_host "$caller" -key phone_host "$phone")
}

e2e_begin dialogs "$@"
require_root_and baresip
export DEMO_CONFIG=$E2E_DIR/dialogs.cfg
DEMO_T1=$PATIENT_T1 start_proxies vip-source
start_director "$POOLS"
mkdir -p "$WORK/scenarios"
"$E2E_DIR/dialogs_scenarios.py" "$WORK/scenarios"
set_keys
meet_phones
begin_server_captures "dst host $VIP and udp"
for name in fork fork_baresip fork_busy fork_cancelled prack prack_cancelled busy cancelled redirected \
    challenged refer replaces; do
    make_calls "$name" server1,server2
done
make_calls presence server3,server4
make_calls b2bua server3,server4 5080
make_calls b2bua_own_id server3,server4 5080
make_calls b2bua_own_id_hung_up server3,server4 5080
register_phones
# A call that is over leaves the table long before the first phone hangs up.
reload_director '.pools[0].lifetimes.closing = "1s"' config_in_force
make_calls fork_both server1,server2
end_server_captures
check "each call succeeds, all its messages are at one server, none is live at the end" outcome
e2e_end
