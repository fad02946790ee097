#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The daemon writes its log to a pipe. The reader goes away, or stops reading: the daemon answers and steers as before,
# and no line is lost.
#
# shellcheck disable=SC2317  # check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_log_pipe.sh
. "$E2E_DIR/lib_log_pipe.sh"

readonly CHANGES=100 # many times what a pipe of 4 KiB takes

lines_of() { grep -c "event=$1" "$2" || true; } # EVENT FILE
has_lines() { (($(lines_of "$1" "$2") >= $3)); } # EVENT FILE COUNT
answers() { director_get /healthz >/dev/null; }

a_reader_that_goes_away() {
    start_reader "$WORK/first" --lines 3
    start_writing_to_pipe
    wait_until 60 has_lines '' "$WORK/first" 3
    wait_until 60 answers
    check "without a reader the daemon goes on: 20 changes are answered" change_weights 20
    start_reader "$WORK/second"
    check "another reader gets the lines that waited for it" \
        wait_until 60 has_lines config_in_force "$WORK/second" 20
    end_director TERM
}

a_reader_that_does_not_read() {
    start_reader "$WORK/late" --wait-for "$WORK/read_on"
    start_writing_to_pipe
    wait_until 60 answers
    check "though nobody reads the log, $CHANGES changes are answered" change_weights "$CHANGES"
    touch "$WORK/read_on"
    check "the reader gets all their lines later" wait_until 60 has_lines config_in_force "$WORK/late" "$CHANGES"
    check_equal "no line is lost" 0 \
        "$(director_get /metrics | awk '$1 == "sipsteer_log_lines_lost_total" { print $2 }')"
    end_director TERM
}

main() {
    e2e_begin log-reader "$@"
    start_proxies record-route
    start_director '.on_exit = "leave"'
    end_director TERM
    mkfifo "$WORK/pipe"
    a_reader_that_goes_away
    a_reader_that_does_not_read
    e2e_end
}

main "$@"
