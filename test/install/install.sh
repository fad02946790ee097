#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` lays out: every file is in its place, and what is there works from there.
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: test/install/install.sh BUILD-DIRECTORY

Installs BUILD-DIRECTORY with the prefix /usr into a temporary directory and looks at the result.
USAGE
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}

FAILED=0

# check DESCRIPTION COMMAND...: passes if the command succeeds; else shows what it said.
check() {
    local description=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok - %s\n' "$description"
        return
    fi
    printf 'not ok - %s\n' "$description"
    [[ -z $output ]] || printf '%s\n' "$output" | sed 's/^/#   /'
    FAILED=$((FAILED + 1))
}

expected_tree() {
    cat <<'TREE'
rwxr-xr-x usr/bin/sipsteer
rwxr-xr-x usr/libexec/sipsteer/maps/calls
rwxr-xr-x usr/libexec/sipsteer/maps/counters
rwxr-xr-x usr/libexec/sipsteer/maps/fragments
rwxr-xr-x usr/libexec/sipsteer/maps/guard
rwxr-xr-x usr/libexec/sipsteer/maps/prog
rwxr-xr-x usr/libexec/sipsteer/maps/reasons
rwxr-xr-x usr/libexec/sipsteer/maps/rings
rwxr-xr-x usr/libexec/sipsteer/maps/servers
rwxr-xr-x usr/libexec/sipsteer/maps/services
rw-r--r-- usr/libexec/sipsteer/maps/layout.json
rw-r--r-- usr/libexec/sipsteer/maps/lib.jq
rw-r--r-- usr/libexec/sipsteer/maps/lib.sh
rwxr-xr-x usr/libexec/sipsteer/complete
rwxr-xr-x usr/libexec/sipsteer/sipsteer-host
rw-r--r-- usr/lib/systemd/system/sipsteerd.service
rw-r--r-- usr/lib/systemd/system/sipsteer-real-server@.service
rwxr-xr-x usr/sbin/sipsteerd
rwxr-xr-x usr/sbin/sipsteer-real-server
rw-r--r-- usr/share/bash-completion/completions/sipsteer
rw-r--r-- usr/share/zsh/vendor-completions/_sipsteer
rw-r--r-- usr/share/fish/vendor_completions.d/sipsteer.fish
rw-r--r-- usr/share/doc/sipsteer/CHANGELOG.md
rw-r--r-- usr/share/doc/sipsteer/examples/api-over-tcp.json
rw-r--r-- usr/share/doc/sipsteer/examples/bird/bird.conf
rwxr-xr-x usr/share/doc/sipsteer/examples/bird/sipsteer-announce
rw-r--r-- usr/share/doc/sipsteer/examples/fail2ban/action.d/sipsteer.conf
rw-r--r-- usr/share/doc/sipsteer/examples/fail2ban/filter.d/sipsteer-kamailio.conf
rw-r--r-- usr/share/doc/sipsteer/examples/fail2ban/jail.d/sipsteer.conf
rw-r--r-- usr/share/doc/sipsteer/examples/keepalived/keepalived.conf
rwxr-xr-x usr/share/doc/sipsteer/examples/keepalived/sipsteer-ready
rwxr-xr-x usr/share/doc/sipsteer/examples/keepalived/sipsteer-redis-role
rw-r--r-- usr/share/doc/sipsteer/examples/minimal.json
rw-r--r-- usr/share/doc/sipsteer/examples/redis/redis.conf
rw-r--r-- usr/share/doc/sipsteer/examples/redis/users.acl
rw-r--r-- usr/share/doc/sipsteer/examples/two-boxes.json
rw-r--r-- usr/share/doc/sipsteer/examples/two-pools.json
rw-r--r-- usr/share/doc/sipsteer/events.md
rw-r--r-- usr/share/doc/sipsteer/guide.md
rw-r--r-- usr/share/doc/sipsteer/LICENSE
rw-r--r-- usr/share/doc/sipsteer/LICENSE.bpf
rw-r--r-- usr/share/doc/sipsteer/LICENSE.GPL-2.0
rw-r--r-- usr/share/doc/sipsteer/openapi.json
rw-r--r-- usr/share/doc/sipsteer/other-servers.md
rw-r--r-- usr/share/doc/sipsteer/README.md
rw-r--r-- usr/share/doc/sipsteer/REAL-SERVER.md
rw-r--r-- usr/share/doc/sipsteer/ten-minutes.md
rw-r--r-- usr/share/man/man1/sipsteer.1
rw-r--r-- usr/share/sipsteer/grafana/sipsteer.json
rw-r--r-- usr/share/sipsteer/prometheus/sipsteer.rules.yaml
rw-r--r-- usr/share/sipsteer/sipsteer.schema.json
rw-r--r-- usr/share/man/man5/sipsteer.conf.5
rw-r--r-- usr/share/man/man8/sipsteerd.8
rw-r--r-- usr/share/man/man8/sipsteer-real-server.8
TREE
}

# Files of the tree, mode and name; the file type, first in the mode, is left out.
installed_tree() {
    (cd "$TREE" && find . -type f -printf '%M %P\n' | cut -c 2-)
}

same_tree() {
    diff --label expected --label installed -u <(expected_tree | sort -k 2) <(installed_tree | sort -k 2)
}

# The page is found, formatted without a warning, and is the page it should be.
man_page_is() { # FILE TITLE
    local text warnings
    warnings=$(LC_ALL=C.UTF-8 man --warnings -l "$1" 2>&1 >/dev/null)
    [[ -z $warnings ]] || { echo "$warnings"; return 1; }
    text=$(LC_ALL=C.UTF-8 MANPAGER=cat man -l "$1" | sed -n 1,3p)
    [[ $text == *"$2"* ]] || { echo "$text"; return 1; }
}

# As `sipsteer doctor --list` has them.
checks_are_documented() { # PAGE
    local check missing=0
    while read -r check; do
        grep -qxF ".It Li $check" "$1" || { echo "not in the page: $check"; missing=1; }
    done < <("$TREE/usr/bin/sipsteer" doctor --list -o json | jq -r '.[].id')
    return "$missing"
}

# What only some commands need is linked to the program that runs those.
starts_without_heavy_libraries() { # PROGRAM
    local linked
    linked=$(ldd "$1" | grep -E 'lib(bpf|xdp|elf|pcap|mnl|curl)\.') || return 0
    echo "$1 is linked to:"
    echo "$linked"
    return 1
}

# What the command line says where its other program is not installed.
says_what_is_missing() {
    local away=$TREE/away said
    mkdir "$away"
    cp "$TREE/usr/bin/sipsteer" "$away"
    said=$("$away/sipsteer" doctor --list 2>&1) && return 1
    [[ $said == *"libexec/sipsteer/sipsteer-host: No such file or directory"* ]] || { echo "$said"; return 1; }
}

# What each shell offers, where that shell is installed; zsh's own compadd works in its line editor alone.
completions_in_bash() { "$TREE/usr/libexec/sipsteer/complete" sipsteer "$@"; } # WORD...

completions_in_zsh() { # WORD...
    PATH=$TREE/usr/bin:$PATH zsh -f -c 'compadd() { print -l -- ${(P)2} }
        _files() { echo files }
        complete_words() { local -a words=(sipsteer "$@"); local CURRENT=$#words; source "$FILE"; }
        complete_words "$@"' - "$@"
}

completions_in_fish() { # WORD...
    # shellcheck disable=SC2016  # fish's variables
    PATH=$TREE/usr/bin:$PATH fish --no-config -c 'source $FILE; complete --do-complete "sipsteer $argv"' -- "$@"
}

offers() { # SHELL EXPECTED WORD...
    local shell=$1 expected=$2 said
    shift 2
    said=$("completions_in_$shell" "$@" | sort | xargs) || true
    [[ $said == "$expected" ]] || { echo "$shell offers for \"sipsteer $*\": $said"; return 1; }
}

shells_complete() { # SHELL FILE
    command -v "$1" >/dev/null || { echo "# $1 is not installed: its completion was not asked"; return; }
    export FILE=$TREE/usr/share/$2
    check "$1 completes a command" offers "$1" status sta
    check "$1 completes an argument" offers "$1" "servers services" get se
    check "$1 completes an option's value" offers "$1" confirmed get calls --state conf
}

unit_names_installed_programs() { # UNIT
    local program found=no
    while read -r program; do
        found=yes
        [[ -x $TREE$program ]] || { echo "$1 starts $program, which is not installed"; return 1; }
    done < <(sed -nE 's/^Exec(Start|Stop|Reload)=([^ ]*sipsteer[^ ]*).*/\2/p' "$1")
    [[ $found == yes ]]
}

# Options of the installed unit that systemd does not understand.
unit_is_understood() { # UNIT
    local text
    command -v systemd-analyze >/dev/null || { echo "no systemd-analyze" && return 0; }
    text=$(systemd-analyze verify --man=no --root="$TREE" "$1" 2>&1 | grep -F "${1##*/}" |
        grep -E 'Unknown|Failed to parse|Invalid|ignoring' || true)
    [[ -z $text ]] || { echo "$text"; return 1; }
}

# How much of the host the unit leaves open, in tenths as `systemd-analyze security` counts. All of it is needed: root and
# four capabilities, the host's network, IP, netlink, packet and Unix sockets, bpf(2), /proc/sys to read, and the pins
# in /sys/fs/bpf to write.
readonly MOST_EXPOSURE=28

unit_exposes_little() { # UNIT
    command -v systemd-analyze >/dev/null || { echo "no systemd-analyze" && return 0; }
    SYSTEMD_COLORS=0 systemd-analyze --no-pager security --offline=true --threshold="$MOST_EXPOSURE" "$1"
}

main() {
    case ${1:-} in
    --help | -h) usage; exit 0 ;;
    '' | -*) usage_error "the build directory is missing" ;;
    esac
    [[ -r $1/CMakeCache.txt ]] || usage_error "$1 is not a build directory"
    TREE=$(mktemp -d)
    trap 'rm -rf "$TREE"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    local example tool system=$TREE/usr/lib/systemd/system
    check "it installs" env DESTDIR="$TREE" cmake --install "$1" --prefix /usr
    check "the tree is as expected" same_tree
    check "the command line runs" "$TREE/usr/bin/sipsteer" --version
    check "it is not linked to what few commands need" starts_without_heavy_libraries "$TREE/usr/bin/sipsteer"
    check "it finds the program for these" "$TREE/usr/bin/sipsteer" doctor --list
    check "without that, it says so" says_what_is_missing
    check "the daemon runs" "$TREE/usr/sbin/sipsteerd" --version
    for example in "$TREE"/usr/share/doc/sipsteer/examples/*.json; do
        check "the example ${example##*/} is good" "$TREE/usr/sbin/sipsteerd" --check --config "$example"
    done
    for tool in "$TREE"/usr/libexec/sipsteer/maps/*; do
        [[ ! -x $tool ]] || check "the map tool ${tool##*/} runs" "$tool" --help
    done
    check "the map tools' labels are there" jq -e '.reasons | length > 20' "$TREE/usr/libexec/sipsteer/maps/layout.json"
    check "sipsteer-real-server runs" "$TREE/usr/sbin/sipsteer-real-server" --help
    if command -v man >/dev/null; then
        check "the manual has sipsteer(1)" man_page_is "$TREE/usr/share/man/man1/sipsteer.1" "SIPSTEER(1)"
        check "the manual has sipsteerd(8)" man_page_is "$TREE/usr/share/man/man8/sipsteerd.8" "SIPSTEERD(8)"
        check "the manual has sipsteer-real-server(8)" \
            man_page_is "$TREE/usr/share/man/man8/sipsteer-real-server.8" "SIPSTEER-REAL-SERVER(8)"
        check "the manual has sipsteer.conf(5)" man_page_is "$TREE/usr/share/man/man5/sipsteer.conf.5" "SIPSTEER.CONF(5)"
    else
        echo "# man is not installed: the pages were not formatted"
    fi
    shells_complete bash bash-completion/completions/sipsteer
    shells_complete zsh zsh/vendor-completions/_sipsteer
    shells_complete fish fish/vendor_completions.d/sipsteer.fish
    check "sipsteer(1) has every check of the doctor" checks_are_documented "$TREE/usr/share/man/man1/sipsteer.1"
    check "the daemon's unit starts what is installed" unit_names_installed_programs "$system/sipsteerd.service"
    check "the servers' unit starts what is installed" unit_names_installed_programs "$system/sipsteer-real-server@.service"
    check "systemd understands the daemon's unit" unit_is_understood "$system/sipsteerd.service"
    check "the daemon's unit leaves little open" unit_exposes_little "$system/sipsteerd.service"
    ((FAILED == 0)) || { printf '# %s checks failed\n' "$FAILED"; exit 1; }
}

main "$@"
