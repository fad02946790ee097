#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# deploy/ten-minutes.md, done as written: its commands on the hosts of a lab, its files, and calls at the end.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/install/lib_root.sh
. "$(dirname "$0")/lib_root.sh"

readonly PAGE=$PROJECT_DIR/deploy/ten-minutes.md
COMMANDS=0 # of the page, that were run

# block MARK NUMBER: the lines of the page's block behind the comment MARK, of the first, second ... such one
block() {
    awk -v mark="<!-- $1 -->" -v number="$2" '
        $0 == mark && ++seen == number { wanted = 1; next }
        /^```/ && wanted { if (inside) exit; inside = 1; next }
        inside' "$PAGE"
}

# follow HOST MARK NUMBER: the commands of a block, in the folder of the packages; apt asks whether to go on
follow() {
    local command
    while read -r command; do
        COMMANDS=$((COMMANDS + 1))
        check "$1: $command" runs_in_root_of "$1" bash -c "cd /mnt/debs && $command" <<<y
    done < <(block "$2" "$3")
}

# write_file HOST PATH SED-SCRIPT: a file of the page, changed as the page says
write_file() {
    block "file: $2" 1 | sed "$3" | in_root_of "$1" bash -c 'mkdir -p "${1%/*}" && cat >"$1"' - "$2"
}

set_up_server() { # HOST ADDRESS
    # The lab has added the VIP already.
    on_host "$1" ip addr del "$VIP/32" dev lo
    follow "$1" "on: server" 1
    write_file "$1" /etc/kamailio/kamailio.cfg "s/OWN!198.51.100.11/OWN!$2/"
    follow "$1" "on: server" 2
}

all_commands() {
    awk '/^```/ { inside = !inside && $0 == "```sh"; next } inside' "$PAGE" | wc -l
}

main() {
    local build=${1:-}
    [[ -r $build/CPackConfig.cmake ]] || usage_error "give the build directory"
    need_programs dpkg-deb cpack apt
    e2e_begin ten-minutes
    make_packages "$(realpath "$build")"
    make_root
    set_up_server server1 198.51.100.11
    set_up_server server2 198.51.100.12
    follow director "on: director" 1
    write_file director /etc/sipsteer/sipsteer.conf ''
    follow director "on: director" 2
    check "both servers are up" wait_until 60 all_servers_up
    follow director "on: director" 3
    begin_traffic 10
    await_established 20
    follow director "on: director, during a call" 1
    check_json "calls are confirmed at both servers" '[.calls[] | select(.state == "confirmed").server] | unique | length == 2' \
        "$(director_get /v1/calls)"
    end_traffic
    check_undisturbed "$(jq .calls <<<"$TRAFFIC_RESULT") calls"
    # Two hosts ran the four commands for servers.
    check_equal "all commands of the page were run" "$(all_commands)" $((COMMANDS - 4))
    e2e_end
}

main "$@"
