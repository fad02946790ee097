#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A farm in trouble: 100 calls a second over four proxies, and what becomes of them when one dies, loses
# its link, is drained, is added, or gets another weight. Counted in the servers' own captures; the table
# at the end has a row for each.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/e2e/lib_farm.sh
. "$E2E_DIR/lib_farm.sh"

readonly RATE=100
readonly FULL=800          # calls that run when it happens
readonly AFTER=400         # calls that are placed after it
readonly CONFIGURED=1.5    # seconds: interval x fall of the probes (tools/demo/director)
# A probe's jitter is 10 %, the last one may use its timeout of 0.4 s.
readonly DETECTION_LIMIT=1.7
readonly LINK_LIMIT=2.1

ROWS=()
JSON_FILE=''

begin_event() {
    comment ''
    begin_calls "$RATE"
    await_established "$FULL"
}

# end_event NAME JSON WHAT-TO-COUNT...: the row, with further fields, and the checks that every row has
# to pass. ROW is the row.
end_event() {
    local name=$1 more=$2
    shift 2
    end_calls
    ROW=$(calls_row "$@" | jq -c --arg event "$name" --argjson more "$more" '{$event} + . + $more')
    ROWS+=("$ROW")
    check_row "calls were placed as they should" ".calls >= $((FULL + AFTER)) and .running >= $FULL"
    check_row "no call moved that should not have" '.moved_wrongly == 0'
    check_row "no call of another server was lost" '.lost_elsewhere == 0'
    check_row "all calls have ended, and SIPp's log names each that failed" \
        '.succeeded + .failed == .calls and .failed == .lost'
    check_row "new calls follow the weights" '.new_calls.within'
}

check_row() { # DESCRIPTION JQ-CONDITION
    check_json "$(jq -r .event <<<"$ROW"): $1" "$2" "$ROW"
}

# What holds when a server fails, besides.
check_failure() {
    check_row "it had calls" '.running_there > 100'
    # Those in the midst of their set-up wait for it to come back, or fail: 12 or so.
    check_row "all but those in their set-up do not depend on its return" \
        '(.lost + .waited_for_return) * 10 <= .running_there'
    check_row "they go to the others" '.rehomed * 10 >= .running_there * 8'
    check_row "by weight" '.rehomed_calls.within'
    check_row "once it is known to have failed, nothing that is sent then goes there" '.packets_since == 0'
    check_row "back, it gets new calls" '.new_calls_after > 50'
}

# What holds when nothing fails.
check_planned() {
    check_row "no call is lost" '.failed == 0'
    check_row "no call is re-homed" '.rehomed == 0'
}

weights() { # SERVER=WEIGHT...
    printf '%s\n' "$@" | jq -cRn '[inputs | split("=") | {key: .[0], value: (.[1] | tonumber)}] | from_entries'
}

# Both kinds of failure: what has to be done to a server, what undoes it, how soon it is to be found.
fails_and_returns() { # NAME SERVER LIMIT BREAK MEND
    local name=$1 server=$2 limit=$3 died down mended others
    others=$(printf '%s=100\n' "${SERVERS[@]}" | grep -v "^$server=")
    begin_event
    $4 "$server" # sets T0
    died=$T0
    check_within "$name: it is found" "$limit" server_is "$server" '.takes_new | not'
    down=$(now)
    local detected=$LAST_WAIT
    more_calls "$AFTER"
    hang_up "$FULL" # these ran when it happened, and now their BYEs have to go to another one
    mended=$(now)
    $5 "$server"
    check_within "$name: its return is found" 4 server_is "$server" '.health == "up" and .takes_new'
    more_calls "$AFTER"
    # shellcheck disable=SC2086  # a word each
    end_event "$name" "{\"detected\": $detected, \"configured\": $CONFIGURED}" --at "$died" \
        --since "$down" --until "$mended" --weights "$(weights $others)" --server "$server" --gone "$server"
    check_failure
}

link_down() { set_link "$1" down; }
link_up() { set_link "$1" up; }

drained() {
    local ordered in_force enabled
    begin_event
    ordered=$(now)
    configure "server1 is draining" "$(set_server server1 '{admin: "draining"}')"
    in_force=$(now)
    more_calls "$AFTER"
    enabled=$(now)
    configure "server1 is enabled" "$(set_server server1 '{admin: "enabled"}')"
    more_calls "$AFTER"
    end_event "server drained" '{}' --at "$ordered" --since "$in_force" --until "$enabled" \
        --weights "$(weights server2=100 server3=100 server4=100)" --server server1
    check_planned
    check_row "it gets no new calls" '.new_calls_since == 0'
    check_row "enabled, it gets new calls" '.new_calls_after > 50'
}

added() {
    local ordered in_force
    director_config '.'
    cp "$(director_file config.json)" "$WORK/four_servers.json"
    configure "server4 is taken out" '.pools[0].servers |= map(select(.name != "server4"))'
    begin_event
    ordered=$(now)
    configure "server4 is added" \
        "$(printf '.pools[0].servers = %s' "$(jq -c '.pools[0].servers' "$WORK/four_servers.json")")"
    check "it takes calls" wait_until 60 server_is server4 .takes_new
    in_force=$(now)
    more_calls "$AFTER"
    end_event "server added" '{}' --at "$ordered" --since "$in_force" --until 9999999999 \
        --weights "$(weights server1=100 server2=100 server3=100 server4=100)" --server server4
    check_planned
}

weights_changed() {
    local ordered in_force
    begin_event
    ordered=$(now)
    configure "server4 has three times the weight" "$(set_server server4 '{weight: 300}')"
    in_force=$(now)
    more_calls "$AFTER"
    end_event "weights changed" '{}' --at "$ordered" --since "$in_force" --until 9999999999 \
        --weights "$(weights server1=100 server2=100 server3=100 server4=300)"
    check_planned
}

# Two tables: what happened, and how calls were shared out.
print_tables() {
    comment "$RATE calls a second, over ${#SERVERS[@]} proxies"
    echo
    printf '%s\n' "${ROWS[@]}" | jq -rs '
        (["EVENT", "CALLS", "RUNNING", "THERE", "LOST", "CAUSE", "WAITED", "RE-HOMED", "MOVED WRONGLY", "FOUND AFTER",
          "LAST PACKET AFTER", "SENT AGAIN"] | @tsv),
        (.[] | [.event, .calls, .running, if .running_there > 0 then .running_there else "-" end, .lost,
            (.causes | if . == {} then "-" else [to_entries[] | "\(.value) \(.key)"] | join(", ") end),
            (.waited_for_return // "-"), .rehomed, .moved_wrongly,
            (if .detected then "\(.detected) s (of \(.configured) s)" else "-" end),
            (if .last_packet then "\(.last_packet) s" else "-" end), .retransmissions] | @tsv)' |
        column -t -s $'\t'
    echo
    printf '%s\n' "${ROWS[@]}" | jq -rs '
        def percent: "\(. * 1000 | round / 10) %";
        def shares($event; $what): [$event, $what, .calls,
            (["server1", "server2", "server3", "server4"][] as $name | .servers[$name]
             | if . then "\(.share | percent) (\(.due | percent))" else "-" end),
            (.off | percent), (.bound | percent)];
        (["EVENT", "SHARES OF", "CALLS", "SERVER1 (DUE)", "SERVER2", "SERVER3", "SERVER4", "OFF BY", "CHANCE"]
         | @tsv),
        (.[] | .event as $event
            | (.rehomed_calls // empty | shares($event; "re-homed calls")),
              (.new_calls | shares($event; "new calls")) | @tsv)' | column -t -s $'\t'
    [[ -z $JSON_FILE ]] || printf '%s\n' "${ROWS[@]}" | jq -s . >"$JSON_FILE"
}

parse_json_option() { # OPTION...: sets JSON_FILE, and OPTIONS to the others
    OPTIONS=()
    while (($#)); do
        case $1 in
        --json) (($# > 1)) || usage_error "$1 needs a value"; JSON_FILE=$2; shift ;;
        --help | -h) e2e_usage; printf '\n  --json FILE write the table to FILE, too, a JSON object a row\n'; exit 0 ;;
        *) OPTIONS+=("$1") ;;
        esac
        shift
    done
}

parse_json_option "$@"
e2e_begin farm "${OPTIONS[@]}"
start_proxies record-route
start_director .
for event in ${FARM_EVENTS:-process link drained added weights_changed}; do
    case $event in
    process) fails_and_returns "process killed" server2 "$DETECTION_LIMIT" kill_proxy restart_proxy ;;
    link) fails_and_returns "link down" server3 "$LINK_LIMIT" link_down link_up ;;
    *) "$event" ;;
    esac
done
print_tables
e2e_end
