# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Faults of the daemon: calls must not notice. Each function makes one, marks when, and returns when it is over or
# 1 if it is not. Sourced by campaign.sh.
#
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317  # jq filters; set in campaign.sh, test/e2e/lib*.sh, and called by name

readonly PROXY_PATH=/v1/pools/proxies/servers
readonly MANY=4092       # servers besides the lab's four: the most that there can be
readonly MANY_PORT=20000 # the first port of theirs
readonly LOG_CHANGES=100 # more lines than a pipe of 4 KiB takes

# The daemon is killed again and again, some of the times before it has started. Calls that were there ten kills ago
# hang up: a phone in the midst of its set-up would not understand that.
fault_kill() {
    local i running=0
    for ((i = 1; i <= KILLS; i++)); do
        random_pause 1.5
        mark began
        end_director KILL || return 1
        start_next
        ((i % 10 == 0)) || continue
        wait_ready || return 1
        hang_up "$running"
        running=$(user1_stat "established(C)")
    done
    wait_ready
}

fault_stop() {
    mark began
    kill -STOP "$(director_pid)"
    sleep "$PAUSE"
    kill -CONT "$(director_pid)"
    mark undone
    wait_ready
}

# Changes weights over the API until it is ended. The daemon may be away.
change_without_end() {
    local i
    for ((i = 0; ; i++)); do
        api PATCH "$PROXY_PATH/server1" "{\"weight\": $((100 + i % 50))}" >/dev/null 2>&1 || sleep 0.02
    done
}

fault_restart() {
    local i changer
    change_without_end &
    changer=$!
    STARTED+=("$changer")
    for ((i = 1; i <= RESTARTS; i++)); do
        random_pause 0.5
        mark began
        director_config ".pools[0].servers[1].weight = $((100 + i))"
        kill -HUP "$(director_pid)"
        end_director TERM || break
        start_next
        wait_ready || break
    done
    stop_pid "$changer" || true
    ((i > RESTARTS))
}

# Another build takes over, and the one before takes over from it. Without --other both are the same program; then
# the maps are called those of an older layout, so that the calls are taken over from another table.
fault_upgrade() {
    local pins present
    pins=$(jq -r .pin_dir "$(director_file config.json)")
    present=$(basename "$pins"/maps-v*)
    mark began
    end_director TERM || return 1
    [[ -n $OTHER ]] || mv "$pins/$present" "$pins/maps-v$((${present#maps-v} - 1))"
    SIPSTEERD=${OTHER:-$SIPSTEERD} start_next
    wait_ready || return 1
    sleep "$PAUSE"
    mark began
    end_director TERM || return 1
    start_next
    wait_ready
}

change_answer() { api PATCH "$PROXY_PATH/server2" '{"weight": 70}' | tail -n 1; }
change_is_saved() { [[ $(change_answer) == 200 ]]; }

# A crash with a full disk, too.
fault_disk() {
    mark began
    dd if=/dev/zero of="$STATE/fill" bs=1k count=4096 2>/dev/null || true
    [[ $(change_answer) == 500 ]] || return 1
    kill -HUP "$(director_pid)"
    sleep "$PAUSE"
    end_director KILL || return 1
    start_next
    wait_ready || return 1
    rm -f "$STATE/fill"
    mark undone
    wait_until 60 change_is_saved || return 1
    mark mended
}

# log_to_pipe READER-OPTION...: the daemon starts anew and writes its log to a pipe.
log_to_pipe() {
    [[ -p $WORK/pipe ]] || mkfifo "$WORK/pipe"
    keep_log
    : >"$(director_file log)"
    start_reader "$FAULT_DIR/piped" "$@"
    start_writing_to_pipe
    wait_ready
}

fault_log_stuck() {
    rm -f "$FAULT_DIR/read_on"
    mark began
    end_director TERM || return 1
    log_to_pipe --wait-for "$FAULT_DIR/read_on" || return 1
    change_weights "$LOG_CHANGES" || return 1
    touch "$FAULT_DIR/read_on"
    mark undone
    wait_ready
    cat "$FAULT_DIR/piped" >>"$FAULT_DIR/log"
}

fault_log_closed() {
    mark began
    end_director TERM || return 1
    log_to_pipe --lines 3 || return 1
    change_weights "$LOG_CHANGES" || return 1
    cat "$FAULT_DIR/piped" >>"$FAULT_DIR/log"
    wait_ready
}

# A pool of its own with all servers that there may be besides the lab's: the controller's work, no packet's. A
# filter, for the whole does not fit on a command line.
many_pool() {
    printf '.pools[0].servers as $real | .pools += [{name: "many",
        probe: {interval: "2s", timeout: "1s", rise: 1, fall: 2},
        servers: [range(%d) | {name: "many\(.)", address: $real[. %% 4].address, port: (%d + (. / 4 | floor))}]}]' \
        "$MANY" "$MANY_PORT"
}

many_are() { # up|down
    status_is "[.pools[] | select(.name == \"many\").servers[] | select(.health == \"$1\")] | length == $MANY" 2>/dev/null
}

begin_many() {
    local server
    MANY_PIDS=()
    for server in "${SERVERS[@]}"; do
        start_on "$server" "$FAULT_DIR/$server.many" "$FAULTS_DIR/many.py" "$(host_address "$server" 4)" \
            "$MANY_PORT" $((MANY / 4))
        MANY_PIDS+=("$LAST_PID")
        wait_until 60 grep -q listening "$FAULT_DIR/$server.many" || return 1
    done
}

end_many() {
    local pid
    for pid in "${MANY_PIDS[@]}"; do
        kill -CONT "$pid"
        stop_pid "$pid" || true
    done
}

fault_farm() {
    local code=0
    begin_many && farm_down_and_up || code=1
    end_many
    return "$code"
}

farm_down_and_up() {
    reload_director "$(many_pool)" config_in_force && wait_until 200 many_are up || return 1
    mark began
    kill -STOP "${MANY_PIDS[@]}"
    wait_until 200 many_are down || return 1
    mark undone
    kill -CONT "${MANY_PIDS[@]}"
    wait_until 200 many_are up || return 1
    mark mended
    reload_director '.pools |= map(select(.name != "many"))' config_in_force
}

fault_api() {
    mark began
    "$E2E_DIR/api_load.py" "$(director_file api.sock)" --seconds "$API_SECONDS" --rate 1200 >"$FAULT_DIR/api.json"
    jq -e '.fault_count == 0 and .counted == .changes' "$FAULT_DIR/api.json" >/dev/null
}
