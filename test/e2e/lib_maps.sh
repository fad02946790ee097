# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the map tools (tools/maps) show, held to what the API says of the same maps. Sourced after lib.sh.
# While these run, no calls may.
#
# shellcheck disable=SC2016  # jq filters have their own $

# maps_tool TOOL [OPTION...]: its JSON, of the director's maps.
maps_tool() {
    local tool=$1
    shift
    on_host director "$PROJECT_DIR/tools/maps/$tool" --json --pin-dir "$(jq -r .bpffs <<<"$LAB_INFO")/sipsteer" "$@"
}

# The same facts from both sides, one JSON value.
services_of='[.services[] | {name, address, port, protocol, pool, packets, bytes, messages}] | sort_by(.name)'
servers_of='map({name, index, address, port, forwards, takes_new, packets, bytes, new_calls, rehomed_calls})
    | sort_by(.index)'
# Others than steered packets come at any time: ARP, neighbour discovery.
reasons_of='[.reasons[] | select(.verdict == "tx" or .verdict == "redirect") | {reason, verdict, packets, bytes, text}]
    | sort_by(.reason, .verdict)'
programs_of='map(tostring) | sort'

# maps_facts: what the tools show, to WORK/maps-facts.
maps_facts() {
    {
        maps_tool services | jq -S "$services_of"
        maps_tool servers | jq -S ".servers | $servers_of"
        maps_tool reasons | jq -S "$reasons_of"
        maps_tool prog | jq -S "[.programs[] | select(.interface) | .id] | $programs_of"
    } >"$WORK/maps-facts"
}

api_facts() { # STATUS
    jq -S "$services_of" <<<"$1"
    jq -S "[.pools[].servers[]] | $servers_of" <<<"$1"
    jq -S "$reasons_of" <<<"$1"
    jq -S "[.interfaces[].program_id] | $programs_of" <<<"$1"
}

# Shares of the rings, "pool server share" a line, from the tool's JSON and the API's status.
shares_of_tool='.pools[] | . as $pool | .servers[] | "\($pool.pool) \(.name) \(.share * 1e6 | round)"'
shares_of_api='.pools[] | . as $pool | .servers[] | "\($pool.name) \(.name) \(.ring_share * 1e6 | round)"'

# What became of calls, "pool what count" a line, from the tool's JSON; and from /metrics, where the API
# has it.
calls_of_tool='.pools[] | . as $pool | (.events | to_entries[] | "\($pool.pool) \(.key) \(.value)"),
    (.displaced | to_entries[] | "\($pool.pool) displaced_\(.key) \(.value)"),
    "\(.pool) expired \(.expired)", "\(.pool) no_room \(.no_room)"'

calls_of_metrics() {
    sed -nE 's/^sipsteer_calls_(new|confirmed|ended|rehomed)_total\{pool="([^"]*)"\} (.*)/\2 call_\1 \3/p
        s/^sipsteer_calls_displaced_total\{pool="([^"]*)",state="([^"]*)"\} (.*)/\1 displaced_\2 \3/p
        s/^sipsteer_calls_(expired|no_room)_total\{pool="([^"]*)"\} (.*)/\2 \1 \3/p'
}

# Calls that both know, by tag, and how many of them differ in anything else.
compare_calls() { # API-CALLS-FILE TOOL-CALLS-FILE
    jq -c -n --slurpfile api "$1" --slurpfile tool "$2" '
        def facts: {server, pool, state};
        ($tool[0].calls | map({key: .tag, value: facts}) | from_entries) as $known
        | [$api[0].calls[] | select($known[.tag])] as $both
        | {both: ($both | length), differ: [$both[] | select(facts != $known[.tag])]}'
}

# check_maps_tools DESCRIPTION: with the daemon.
check_maps_tools() {
    local status=null programs='[.interfaces[]?.program_id]'
    # The end of a resize, an upgrade's too, replaces the programs once more: both sides are read of the same ones.
    until [[ $(jq -c "$programs" <<<"$status") == "$(director_get /v1/status | jq -c "$programs")" ]]; do
        status=$(director_get /v1/status)
        maps_facts
    done
    check_equal "$1: services, servers, reasons and programs are those of the API" \
        "$(api_facts "$status")" "$(cat "$WORK/maps-facts")"
    cp "$WORK/maps-facts" "$WORK/maps-facts.before"
    maps_tool calls --limit 100000 >"$WORK/maps-calls"
    director_get '/v1/calls?limit=1000' >"$WORK/api-calls"
    check_json "$1: calls are the API's" '.both > 0 and .differ == []' \
        "$(compare_calls "$WORK/api-calls" "$WORK/maps-calls")"
    check_json "$1: a ring gives all its slots to the servers that take new calls" \
        'length == 1 and all(.[]; ([.servers[].slots] | add) == .slots and (.servers | length) == 4)' \
        "$(maps_tool rings | jq -c .pools)"
    check_equal "$1: each server has the share that the API says" \
        "$(jq -r "$shares_of_api" <<<"$status" | sort)" "$(maps_tool rings | jq -r "$shares_of_tool" | sort)"
    maps_tool counters >"$WORK/maps-counters"
    check_equal "$1: every new call is counted once" \
        "$(jq '[.pools[].servers[].new_calls] | add' <<<"$status")" \
        "$(jq '[.pools[].events.call_new] | add' "$WORK/maps-counters")"
    check_equal "$1: what became of calls is what the metrics say" \
        "$(director_get /metrics | calls_of_metrics | sort)" "$(jq -r "$calls_of_tool" "$WORK/maps-counters" | sort)"
    check_equal "$1: events that were lost, too" "$(director_get /v1/counters | jq .call_events.lost)" \
        "$(jq '.taps[] | select(.tap == "calls") | .dropped' "$WORK/maps-counters")"
    check_json "$1: no fragments are followed" '.fragments == [] and (.more | not)' "$(maps_tool fragments | jq -c .)"
    check_json "$1: --limit is kept to, and said" '(.calls | length) == 2 and .more' \
        "$(maps_tool calls --limit 2 | jq -c .)"
}

# check_maps_without_daemon DESCRIPTION: after check_maps_tools.
check_maps_without_daemon() {
    maps_facts
    check_equal "$1: the tools show the same" "$(cat "$WORK/maps-facts.before")" "$(cat "$WORK/maps-facts")"
    check_json "$1: calls are listed" '(.calls | length) > 0 and all(.calls[]; .server and .age_seconds >= .idle_seconds)' \
        "$(maps_tool calls --limit 5 | jq -c .)"
    check "$1: tables are for people" grep -q '^proxies  *server1 ' <(
        on_host director "$PROJECT_DIR/tools/maps/servers" --pin-dir "$(jq -r .bpffs <<<"$LAB_INFO")/sipsteer")
}
