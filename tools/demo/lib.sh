# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the demo and the end-to-end tests share: running SIP software and captures on the hosts of a lab.
#
# Everything started here is recorded by its pid and ended by stop_all, which the caller's EXIT trap
# calls. load_lab comes first; it sets LAB_INFO (the lab as JSON), RUN_DIR (below the lab's directory)
# and SERVERS (names).
#
# shellcheck disable=SC2034  # SERVERS, LAST_PID and CAPTURE_DROPPED are read by those who source this.

DEMO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly DEMO_DIR
readonly LAB_TOOL="$DEMO_DIR/../lab"

# shellcheck source=tools/lib/messages.sh
. "$DEMO_DIR/../lib/messages.sh"

LAB_INFO=''
RUN_DIR=''
SERVERS=()
STARTED=()   # pids of what start_on has started and nobody has stopped yet
LAST_PID=''  # pid of the latest of them

require_root_and() { # COMMAND...
    local command
    ((EUID == 0)) || die "this needs root (network namespaces); use sudo"
    for command in "$@"; do
        command -v "$command" >/dev/null ||
            die "$command is missing; install the packages in tools/packages.txt"
    done
}

load_lab() { # NAME
    LAB_INFO=$("$LAB_TOOL" info --name "$1") ||
        die "there is no lab named $1; start one with: tools/lab up --name $1"
    RUN_DIR=$(jq -r .dir <<<"$LAB_INFO")/demo
    mkdir -p "$RUN_DIR"
    mapfile -t SERVERS < <(jq -r '.servers[].name' <<<"$LAB_INFO")
}

# host_get HOST FIELD: a field of a client, a server, the director or the switch; empty if it has none.
host_get() {
    jq -r --arg host "$1" --arg field "$2" '
        [.clients[], .servers[], (.director + {name: "director"}), .switch | select(.name == $host)]
        | first[$field] // ""' <<<"$LAB_INFO"
}

host_address() { # HOST 4|6
    host_get "$1" "ipv$2"
}

vip_address() { # 4|6
    jq -r --arg family "ipv$1" '.vip[$family] // ""' <<<"$LAB_INFO"
}

# An address as it stands in a SIP URI or before a port.
in_uri() {
    if [[ $1 == *:* ]]; then printf '[%s]\n' "$1"; else printf '%s\n' "$1"; fi
}

# on_host HOST COMMAND...: in the host's network namespace, in the foreground.
on_host() {
    local netns
    netns=$(host_get "$1" netns)
    [[ -n $netns ]] || die "the lab has no host $1"
    shift
    nsenter --net="/run/netns/$netns" -- "$@"
}

# start_on HOST LOG COMMAND...: in the background, output to LOG; nsenter becomes COMMAND, so LAST_PID
# is COMMAND's pid.
start_on() {
    local netns log=$2
    netns=$(host_get "$1" netns)
    [[ -n $netns ]] || die "the lab has no host $1"
    shift 2
    : >"$log" # now, not when the child gets to it: what an earlier process wrote says nothing of this one
    nsenter --net="/run/netns/$netns" -- "$@" >"$log" 2>&1 </dev/null &
    LAST_PID=$!
    STARTED+=("$LAST_PID")
}

# wait_until SECONDS COMMAND...: repeats COMMAND until it succeeds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# Whether a process has ended. One that nobody has waited for yet has: its parent may take its time,
# and in a container so may process 1, which inherits what outlives its starter. The kernel
# closes its files and frees its locks when its last thread ends, which is not always the first one.
is_gone() { # PID
    local stat threads
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    threads=("/proc/$1/task"/*)
    stat=${stat##*) } # the command's name, in brackets, may hold anything
    [[ $stat == [ZX]* ]] && ((${#threads[@]} <= 1))
}

# stop_pid PID [SIGNAL [SECONDS]]: ends a process that start_on has started; by SIGKILL after SECONDS.
# The exit code is the process's.
stop_pid() {
    local pid=$1 code=0 other rest=()
    kill "-${2:-TERM}" "$pid" 2>/dev/null || true
    wait_until "${3:-10}" is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || code=$?
    for other in "${STARTED[@]}"; do
        [[ $other == "$pid" ]] || rest+=("$other")
    done
    STARTED=("${rest[@]}")
    return "$code"
}

stop_all() {
    local pid
    for pid in "${STARTED[@]}"; do
        stop_pid "$pid" TERM 5 || true
    done
}

# --- captures ---------------------------------------------------------------------------------------

# start_capture HOST INTERFACE FILE FILTER: tcpdump, ready when this returns; its pid is LAST_PID, its
# log FILE.log. Immediate mode, or the last frames before the end are lost; the short snapshot keeps
# the frames of its ring small, so that 16 MiB hold thousands of them; -Z root, or it may not write here.
start_capture() {
    start_on "$1" "$3.log" tcpdump -n -i "$2" -s 2048 -B 16384 --immediate-mode -U -Z root -w "$3" "$4"
    wait_until 60 grep -qs 'listening on' "$3.log" ||
        die "tcpdump did not start on $1: $(tail -n 1 "$3.log")"
}

# Waits until nothing has come in to any of these captures for a while.
settle_captures() { # FILE...
    local before='' sizes
    while sizes=$(stat -c %s "$@") && [[ $sizes != "$before" ]]; do
        before=$sizes
        sleep 0.2
    done
}

stop_capture() { # PID FILE: once it has settled; else as end_capture
    settle_captures "$2"
    end_capture "$@"
}

# Ends a capture. Sets CAPTURE_DROPPED: frames the kernel dropped.
end_capture() { # PID FILE
    stop_pid "$1" INT || true
    CAPTURE_DROPPED=$(awk '/dropped by kernel/ { print $1 }' "$2.log")
    [[ $CAPTURE_DROPPED =~ ^[0-9]+$ ]] || die "tcpdump ended without its counts: $(tail -n 1 "$2.log")"
}

# --- phones -----------------------------------------------------------------------------------------

udp_is_bound() { # HOST PORT
    [[ -n $(on_host "$1" ss -Hlun "sport = :$2") ]]
}

# start_phone HOST FAMILY PORT DIR SCENARIO [SIPP-OPTION...]: SIPp on HOST with all its files in DIR,
# which is emptied. One socket for all calls (-t u1), with a large buffer: SIPp is one thread, and the
# default of 64 KiB overflows whenever it does not run for some 20 ms. Statistics: DIR/stat.csv.
start_phone() {
    local host=$1 family=$2 port=$3 dir=$4 scenario=$5 address
    shift 5
    address=$(host_address "$host" "$family")
    rm -rf "$dir"
    mkdir -p "$dir"
    start_on "$host" "$dir/out" nice -n -10 env --chdir="$dir" sipp -sf "$scenario" \
        -i "$(in_uri "$address")" -p "$port" -mi "$address" -t u1 -buff_size 4194304 -nostdin \
        -trace_stat -stf stat.csv -fd 1 -trace_err -error_file errors "$@"
}

# phone_stat DIR COLUMN: the last value in SIPp's statistics; 0 if there are none yet.
phone_stat() {
    awk -F';' -v column="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        END { if (!at) exit 1; print (NR > 1 ? $at : 0) }' "$1/stat.csv" ||
        die "no column $2 in $1/stat.csv (is this SIPp 3.6?)"
}

# Ends a phone that waits for calls (SIGUSR1: SIPp takes no more and ends when all calls have).
stop_phone() { # PID
    stop_pid "$1" USR1 5 || true
}
