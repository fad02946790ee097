# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A daemon that writes its log to the pipe WORK/pipe, and the pipe's reader. Sourced after lib_life.sh.
#
# shellcheck disable=SC2317  # what the tests call

start_reader() { # OUTPUT OPTION...
    local output=$1
    shift
    : >"$output"
    start_on director "$WORK/reader.log" "$E2E_DIR/log_pipe_reader.py" "$WORK/pipe" "$output" "$@"
}

start_writing_to_pipe() {
    # shellcheck disable=SC2016  # for the inner shell, which waits for the reader
    start_on director "$WORK/daemon.out" bash -c 'exec "$@" 2>"$0"' "$WORK/pipe" \
        "$SIPSTEERD" --config "$(director_file config.json)"
    echo "$LAST_PID" >"$(director_file pid)"
}

change_weights() { # COUNT: each change is a line of the log, at least
    local i
    for ((i = 0; i < $1; i++)); do
        [[ $(api PATCH /v1/pools/proxies/servers/server1 "{\"weight\": $((50 + i % 2))}" | tail -n 1) == 200 ]] || return 1
    done
}
