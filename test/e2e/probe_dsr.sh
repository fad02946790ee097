#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A server that forgot the VIP on its loopback: the probe by the DSR path takes it out of the farm, the
# probe of its own address does not see it. The director has the VIP itself.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

prefix() { if ((FAMILY == 4)); then echo 32; else echo 128; fi; }

forget_vip() { # SERVER
    on_host "$1" ip address del "$VIP/$(prefix)" dev lo
}

remember_vip() { # SERVER
    local nodad=()
    ((FAMILY == 4)) || nodad=(nodad)
    on_host "$1" ip address add "$VIP/$(prefix)" dev lo "${nodad[@]}"
}

# probe_of SERVER PATH: what the status says of it.
probe_of() {
    director_get /v1/status | jq -c --arg server "$1" --arg path "$2" '
        [.pools[].servers[] | select(.name == $server) | .probe.paths[] | select(.path == $path)] | first'
}

others_are_up() { # SERVER
    status_is "[.pools[].servers[] | select(.name != \"$1\")] | length > 0 and all(.takes_new)"
}

both_paths_are_probed() {
    local direct dsr
    check_json "all servers are up by both paths" \
        'all(.pools[].servers[]; .health == "up" and ([.probe.paths[].path] == ["direct", "dsr"]))' \
        "$(director_get /v1/status)"
    check_equal "the director has the VIP" "$(jq -r .director.vip_interface <<<"$LAB_INFO")" "$(vip_places "$VIP")"
    direct=$(probe_of server1 direct) dsr=$(probe_of server1 dsr)
    check_equal "the direct probe goes to the server" "$(in_uri "$(host_address server1 "$FAMILY")"):5060" \
        "$(jq -r .to <<<"$direct")"
    check_equal "the dsr probe goes to the VIP" "$(in_uri "$VIP"):5060" "$(jq -r .to <<<"$dsr")"
}

the_dsr_path_finds_it() {
    local began
    forget_vip server2
    began=$(now)
    check "a server without the VIP is down by the DSR path" \
        wait_until 60 server_is server2 '.health == "down" and (.takes_new | not)'
    comment "it took $(seconds_between "$began" "$(now)") s"
    check "the reason names the path" server_is server2 '.probe.reason | startswith("dsr: ")'
    check "and is in the log" grep -q 'event=server_down .*server2.*dsr: ' "$(director_file log)"
    check_json "its direct probe goes on well" '.health == "up" and (.last | startswith("200"))' \
        "$(probe_of server2 direct)"
    check "the others stay up" others_are_up server2
    begin_traffic 100 300
    await_established 300
    end_traffic
    check_json "300 calls without it: none failed, none was split, none is missing" \
        ".failed == 0 and .split_calls == 0 and .missing_calls == 0" "$TRAFFIC_RESULT"
    check_equal "it had none of them" 0 "$(jq .servers.server2 <<<"$TRAFFIC_RESULT")"
    remember_vip server2
    check "with the VIP it is back" wait_until 60 server_is server2 '.takes_new and (.probe.reason | startswith("dsr: 200"))'
}

probed_more() { (($(probe_of "$1" "$2" | jq .sent) > $3)); } # SERVER PATH THAN

the_direct_path_does_not() {
    local sent
    check "the direct path alone: taken over" reload_director '.pools[0].probe.path = "direct"' config_in_force
    check "all servers stay up" status_is 'all(.pools[].servers[]; .takes_new and (.probe.paths | length == 1))'
    forget_vip server2
    sent=$(probe_of server2 direct | jq .sent)
    check "it is probed six times more" wait_until 60 probed_more server2 direct $((sent + 6))
    check "a server without the VIP stays up" server_is server2 '.health == "up" and .takes_new'
    check "the DSR path again: taken over" reload_director '.pools[0].probe.path = "dsr"' config_in_force
    check "then it is found" wait_until 60 server_is server2 '.health == "down" and (.takes_new | not)'
    check "the others stay up" others_are_up server2
    remember_vip server2
}

e2e_begin probe-dsr "$@"
start_proxies record-route
start_director '.pools[0].probe.path = "both"'
both_paths_are_probed
the_dsr_path_finds_it
the_direct_path_does_not
e2e_end
