# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# More directors than the lab's own: each on a client's host, with the first one's secret and configuration, in a
# folder of its own (WORK/NAME). The lab's own one is "first". Sourced after lib_life.sh.
#
# shellcheck disable=SC2016,SC2034,SC2153,SC2317  # jq filters; what the tests read or call

declare -A DIRECTOR_AT=([first]=director) # by name: its host
declare -A DIRECTOR_PID=()                # of those but the first

directory_of() { if [[ $1 == first ]]; then printf '%s\n' "${RUN_DIR}/director"; else printf '%s\n' "$WORK/$1"; fi; } # NAME

get_of() { curl --silent --fail --max-time 30 --unix-socket "$(directory_of "$1")/api.sock" "http://localhost$2"; } # NAME PATH

is_of() { get_of "$1" "$2" | jq -e "$3" >/dev/null; } # NAME PATH JQ-CONDITION

all_up_at() { is_of "$1" /v1/status '[.pools[].servers[] | select(.admin == "enabled")] | length > 0 and all(.takes_new)'; } # NAME

# add_director NAME HOST JQ-FILTER: the first one runs, with the configuration that this one gets.
add_director() {
    local dir=$WORK/$1
    DIRECTOR_AT[$1]=$2
    mkdir -p "$dir/state"
    cp "$(director_file state/secret)" "$dir/state/"
    jq --arg dir "$dir" --arg name "$1" '.state_dir = $dir + "/state" | .pin_dir += "-" + $name |
        .api = {socket: ($dir + "/api.sock")}' "$(director_file config.json)" | jq "$3" >"$dir/config.json"
    # Of veth alone: see add_pass_programs in tools/lib/lab-build.sh.
    on_host switch ip link set "$2-eth0" xdpdrv object "$(dirname "$RUN_DIR")/pass.o" section xdp.frags
    run_director "$1"
    wait_until 60 all_up_at "$1" || die "the director $1 does not start: $(tail -n 3 "$dir/log")"
}

# With the configuration that it had last.
run_director() { # NAME
    if [[ $1 == first ]]; then
        start_again
        return
    fi
    start_on "${DIRECTOR_AT[$1]}" "$WORK/$1/log" "$SIPSTEERD" --config "$WORK/$1/config.json"
    DIRECTOR_PID[$1]=$LAST_PID
}

end_director_of() { # NAME SIGNAL
    if [[ $1 == first ]]; then
        end_director "$2"
    else
        stop_pid "${DIRECTOR_PID[$1]}" "$2" 60 || true
    fi
}

# configure_director NAME JQ-FILTER: its file; and the daemon's own configuration, if it runs.
configure_director() {
    local dir before pid=${DIRECTOR_PID[$1]:-}
    dir=$(directory_of "$1")
    [[ $1 != first ]] || pid=$(director_pid)
    jq "$2" "$dir/config.json" >"$dir/config.json.new"
    cp "$dir/config.json.new" "$dir/config.json"
    ! is_gone "$pid" || return 0
    before=$(grep -c event=config_in_force "$dir/log" || true)
    kill -HUP "$pid"
    wait_until 60 config_is_in_force "$dir" "$before"
}

config_is_in_force() { (($(grep -c event=config_in_force "$1/log") > $2)); } # DIRECTORY BEFORE

# The cable of a director, at the switch. Sets T0 to when it is.
set_director_link() { # NAME up|down
    on_host switch ip link set "${DIRECTOR_AT[$1]}-eth0" "$2"
    T0=$(now)
}

has_vip() { [[ -n $(on_host "${DIRECTOR_AT[$1]}" ip -o address show to "${2:-$VIP}") ]]; } # NAME [VIP]
