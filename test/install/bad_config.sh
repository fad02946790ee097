#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the daemon says to a configuration that is wrong, one of each kind: the message names field and
# value, the exit code is right, and nothing is attached, pinned or otherwise left behind.
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: test/install/bad_config.sh SIPSTEERD

Starts SIPSTEERD with bad configurations, in network, mount and process namespaces of its own.
USAGE
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}

readonly WORK=/mnt BPFFS=/mnt/bpf PLAIN=/mnt/plain SOCKET=/mnt/run/api.sock VIP=198.51.100.100
SAMPLES=$(realpath "$(dirname "$0")/../unit/cli/foreign")
readonly SAMPLES
FAILED=0

report() { # CODE DESCRIPTION
    if (($1 == 0)); then
        printf 'ok - %s\n' "$2"
    else
        printf 'not ok - %s\n' "$2"
        FAILED=$((FAILED + 1))
    fi
}

# check DESCRIPTION COMMAND...
check() {
    local description=$1 code=0
    shift
    "$@" || code=1
    report "$code" "$description"
}

# --- the place: d0 and d1 are the director's interfaces ---------------------------------------------------

lay_out() {
    local i
    mount -t tmpfs tmpfs "$WORK"
    mkdir "$BPFFS" "$PLAIN"
    mount -t bpf bpf "$BPFFS"
    ip link set lo up
    for i in 0 1; do
        ip link add "d$i" type veth peer name "peer$i"
        ip link set "d$i" up
        ip link set "peer$i" up
    done
    ip addr add 198.51.100.1/24 dev d0
}

# A configuration that is good, changed by a jq filter.
config() { # FILTER
    jq -n --arg bpffs "$BPFFS" --arg work "$WORK" --arg socket "$SOCKET" --arg vip "$VIP" '{
        interfaces: [{name: "d0"}],
        pin_dir: ($bpffs + "/sipsteer"),
        state_dir: ($work + "/state"),
        api: {socket: $socket},
        on_exit: "detach",
        calls: {capacity: 1000},
        pools: [{name: "proxies", servers: [
            {name: "proxy1", address: "198.51.100.11"}, {name: "proxy2", address: "198.51.100.12"}]}],
        services: [{name: "sip", address: $vip, pool: "proxies", vip_interface: "d0"}]
    }' | jq "$1"
}

# --- what is left --------------------------------------------------------------------------------------

# Everything that a start can leave: XDP programs, pins, addresses, sockets, one a line.
traces() {
    ip -json -details link show | jq -r '.[] | select(.xdp) | "XDP program \(.xdp.prog.id) on \(.ifname)"'
    find "$BPFFS" -mindepth 1 ! -type d ! -name '*.debug' -printf 'pinned: %p\n'
    find "$WORK" -type s -printf 'socket: %p\n'
    ip -oneline addr show to "$VIP" | awk '{ print "VIP on " $2 }'
}

# same_traces BEFORE: nothing came and nothing went.
same_traces() {
    local now
    now=$(traces)
    [[ $now == "$1" ]] && return
    diff <(printf '%s\n' "$1") <(printf '%s\n' "$now") | sed -n 's/^[<>] ./#   &/p'
    return 1
}

# --- starting the daemon ----------------------------------------------------------------------------------

# refuses DESCRIPTION EXIT-CODE MESSAGE ARGUMENT...: SIPSTEERD with these arguments ends with that code,
# says MESSAGE (a part of a line of its stderr) and leaves everything as it was.
refuses() {
    local description=$1 expected=$2 message=$3 before code=0
    shift 3
    before=$(traces)
    timeout 20 "$SIPSTEERD" "$@" >"$WORK/out" 2>"$WORK/err" || code=$?
    if ((code == expected)) && grep -qF -- "$message" "$WORK/err" && same_traces "$before"; then
        report 0 "$description"
        return
    fi
    report 1 "$description"
    printf '#   exit code %s, expected %s; expected in stderr: %s; stderr:\n' "$code" "$expected" "$message"
    sed 's/^/#   /' "$WORK/err"
}

# refuses_config DESCRIPTION EXIT-CODE MESSAGE FILTER: the good configuration, changed by the filter.
refuses_config() {
    config "$4" >"$WORK/bad.json"
    refuses "$1" "$2" "$3" --config "$WORK/bad.json"
}

refuses_text() { # DESCRIPTION MESSAGE TEXT
    printf '%s' "$3" >"$WORK/bad.json"
    refuses "$1" 2 "$2" --config "$WORK/bad.json"
}

answers() { curl --silent --fail --max-time 2 --unix-socket "$SOCKET" http://localhost/v1/status >/dev/null; }

start_good() {
    local tries
    config . >"$WORK/good.json"
    "$SIPSTEERD" --config "$WORK/good.json" 2>"$WORK/good.log" &
    GOOD_PID=$!
    for ((tries = 0; tries < 100; tries++)); do
        answers && return
        kill -0 "$GOOD_PID" 2>/dev/null || break
        sleep 0.1
    done
    sed 's/^/#   /' "$WORK/good.log"
    return 1
}

stop_good() {
    kill -TERM "$GOOD_PID"
    wait "$GOOD_PID"
}

# --- the tests --------------------------------------------------------------------------------------------

test_command_line() {
    refuses "no configuration named" 2 "--config is required"
    refuses "unknown option" 2 "--no-such-option" --config "$WORK/good.json" --no-such-option
    refuses "bad log level" 2 "loud" --config "$WORK/good.json" --log-level loud
    refuses "missing file" 2 "cannot open $WORK/missing.json: No such file" --config "$WORK/missing.json"
    refuses "a directory for a file" 2 "cannot read $PLAIN: Is a directory" --config "$PLAIN"
}

test_syntax() {
    refuses_text "not JSON" "$WORK/bad.json: not JSON: line 1" '{ "interfaces": [ }'
    refuses_text "an empty file" "" ''
    refuses_text "not an object" 'object' '[1, 2]'
    refuses_text "a field given twice" "log_level" '{"log_level": "info", "log_level": "debug"}'
}

test_fields() {
    refuses_config "required field missing" 2 'services: missing' 'del(.services)'
    refuses_config "unknown field, likely misspelt" 2 'pools[0].sheduler: unknown field; did you mean "scheduler"?' \
        '.pools[0].sheduler = "hash"'
    refuses_config "wrong type" 2 'pools[0].servers[1].port: expected a whole number, found string "5060"' '.pools[0].servers[1].port = "5060"'
    refuses_config "number out of range" 2 'services[0].port: 70000 is out of range' '.services[0].port = 70000'
    refuses_config "bad address" 2 'pools[0].servers[1].address: "10.0.0.300" is not an address' \
        '.pools[0].servers[1].address = "10.0.0.300"'
    refuses_config "unusable address" 2 'services[0].address: "224.0.0.1" is a multicast address' \
        '.services[0].address = "224.0.0.1"'
    refuses_config "bad duration" 2 'pools[0].lifetimes.early: "3 minutes" is not a duration' \
        '.pools[0].lifetimes.early = "3 minutes"'
    refuses_config "duration out of range" 2 'pools[0].lifetimes.confirmed: "20h" is out of range' \
        '.pools[0].lifetimes.confirmed = "20h"'
    refuses_config "unknown choice" 2 'interfaces[0].mode: "fast" is unknown' '.interfaces[0].mode = "fast"'
    refuses_config "bad name" 2 'pools[0].name: "a b" is not a name' '.pools[0].name = "a b"'
    refuses_config "bad path" 2 'pin_dir: "here" is not an absolute path' '.pin_dir = "here"'
    refuses_config "bad file mode" 2 'api.socket_mode: "rw" is not a file mode' '.api.socket_mode = "rw"'
}

test_whole() {
    refuses_config "name given twice" 2 'pools[0].servers[1].name: "proxy1" is already the name of pools[0].servers[0]' \
        '.pools[0].servers[1].name = "proxy1"'
    refuses_config "address given twice" 2 'pools[0].servers[1].address: 198.51.100.11 port 5060 is already used' \
        '.pools[0].servers[1].address = "198.51.100.11"'
    refuses_config "unknown pool" 2 'services[0].pool: "proxys" is not the name of a pool; did you mean "proxies"?' \
        '.services[0].pool = "proxys"'
    refuses_config "the VIP is a server's address" 2 \
        'services[0].address: 198.51.100.11 is also the address of pools[0].servers[0]' \
        '.services[0].address = "198.51.100.11"'
    refuses_config "a scheduler that the mode cannot have" 2 'pools[0].scheduler: "round-robin" needs mode "stateful"' \
        '.pools[0].mode = "stateless" | .pools[0].scheduler = "round-robin"'
    refuses_config "timeout longer than interval" 2 'pools[0].probe.timeout: 5s is longer than the interval of 2s' \
        '.pools[0].probe.timeout = "5s"'
    refuses_config "a header line in a probe's URI" 2 'pools[0].probe.from: "sip:a@b\r\nX: y" is not a SIP URI' \
        '.pools[0].probe.from = "sip:a@b\r\nX: y"'
    refuses_config "TCP by the DSR path" 2 'pools[0].probe.path: "dsr" needs type "options"' \
        '.pools[0].probe += {type: "tcp", path: "dsr"}'
}

# All errors are named, not the first one only.
test_all_errors() {
    config '.log_level = "loud" | .services[0].port = 0 | .pools[0].weight = 1' >"$WORK/bad.json"
    local before
    before=$(traces)
    "$SIPSTEERD" --check --config "$WORK/bad.json" 2>"$WORK/err" && report 1 "--check refuses, too"
    check "three errors, three lines" test "$(wc -l <"$WORK/err")" -eq 3
    check "--check changes nothing" same_traces "$before"
}

# What `sipsteer config import` makes of the files of other balancers is a configuration for the daemon.
test_imports() {
    local kind options
    for kind in ipvs keepalived dispatcher; do
        options=(--interface d0)
        [[ $kind != dispatcher ]] || options+=(--vip "$VIP")
        "${SIPSTEERD%/*}/sipsteer" config import "$kind" "$(compgen -G "$SAMPLES/$kind.*")" "${options[@]}" \
            >"$WORK/imported.json" 2>"$WORK/err" || true # 1: something is left out
        check "--check accepts the import of $kind" "$SIPSTEERD" --check --config "$WORK/imported.json"
    done
}

# What only the start can find out.
test_start() {
    refuses_config "interface that does not exist" 1 'interface nope0: No such device' '.interfaces[0].name = "nope0"'
    refuses_config "two interfaces that do not exist" 1 'interface nope0: No such device' \
        '.interfaces = [{name: "nope0"}, {name: "nope1"}]'
    refuses_config "interface for the VIP that does not exist" 1 'nope2' '.services[0].vip_interface = "nope2"'
    refuses_config "pin_dir not on a BPF file system" 1 \
        "pin_dir: $PLAIN/pins/maps-v" ".pin_dir = \"$PLAIN/pins\""
    check "... and the message says so" grep -qF 'is not on a BPF file system' "$WORK/err"
    refuses_config "state_dir that cannot be made" 1 "state_dir: $WORK/bad.json/state: Not a directory" \
        ".state_dir = \"$WORK/bad.json/state\""
    refuses_config "socket that cannot be made" 1 "$WORK/bad.json" ".api.socket = \"$WORK/bad.json/api.sock\""
}

# A second daemon is turned away; the first one does not notice.
test_second_daemon() {
    check "the good configuration starts" start_good
    check "... and is in force: program, pins, socket and VIP are there" \
        test "$(traces | cut -d ' ' -f 1 | sort -u | xargs)" = 'VIP XDP pinned: socket:'
    refuses "second daemon with the same configuration" 1 \
        "state_dir: another sipsteerd uses $WORK/state" --config "$WORK/good.json"
    refuses_config "second daemon over the same pin_dir" 1 \
        "pin_dir: another sipsteerd uses $BPFFS/sipsteer" \
        ".interfaces[0].name = \"d1\" | .api.socket = \"$WORK/other.sock\" | .state_dir = \"$WORK/other\""
    refuses_config "second daemon with the same state_dir" 1 "state_dir: another sipsteerd uses $WORK/state" \
        ".pin_dir = \"$BPFFS/other\" | .interfaces[0].name = \"d1\" | .api.socket = \"$WORK/other.sock\""
    refuses_config "second daemon on the same socket" 1 "another daemon answers on $SOCKET" \
        ".pin_dir = \"$BPFFS/other\" | .interfaces[0].name = \"d1\" | .state_dir = \"$WORK/other\""
    refuses "--detach while a daemon runs" 1 "state_dir: another sipsteerd uses $WORK/state" \
        --config "$WORK/good.json" --detach
    check "the first one still answers" answers
    check "it stops with exit code 0" stop_good
    check "nothing is left of it" same_traces ""
}

main_inside() {
    SIPSTEERD=$1
    lay_out
    test_command_line
    test_syntax
    test_fields
    test_whole
    test_all_errors
    test_imports
    test_start
    test_second_daemon
    ((FAILED == 0)) || { printf '# %s checks failed\n' "$FAILED"; exit 1; }
}

main() {
    case ${1:-} in
    --help | -h) usage; exit 0 ;;
    --inside) main_inside "$2"; exit 0 ;;
    '' | -*) usage_error "the path of sipsteerd is needed" ;;
    esac
    [[ -x $1 ]] || usage_error "there is no program $1; build the project first"
    if ((EUID != 0)); then
        echo "skipped: namespaces need root"
        exit 77
    fi
    # All that was started in it ends with a process namespace.
    exec unshare --net --mount --pid --fork --kill-child --mount-proc -- "$0" --inside "$(realpath "$1")"
}

main "$@"
