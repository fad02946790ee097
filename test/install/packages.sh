#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Debian packages: made of what is built, looked at by lintian, installed as the director of a lab, upgraded
# while calls run, removed and purged. The root is an overlay of this host's, so nothing is left on the host.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"
# shellcheck source=test/install/lib_root.sh
. "$(dirname "$0")/lib_root.sh"

readonly PACKAGES=(sipsteer sipsteer-real-server sipsteer-doc)
HERE=$(realpath "$(dirname "$0")")
readonly HERE
readonly SETTINGS=/etc/sipsteer/sipsteer.conf
PROGRAMS=()
LINTIAN=''

# --- the packages -----------------------------------------------------------------------------------

# lintian takes as long as the lab and the installation, so it runs beside them.
start_lintian() {
    lintian --allow-root --fail-on error,warning "$WORK"/debs/*.deb >"$WORK/lintian.log" 2>&1 &
    LINTIAN=$!
    STARTED+=("$LINTIAN")
}

is_clean_for_lintian() { wait "$LINTIAN" || { cat "$WORK/lintian.log"; return 1; }; }

# No name is in two packages.
share_no_file() {
    local package twice
    twice=$(for package in "${PACKAGES[@]}"; do dpkg-deb --fsys-tarfile "$(deb "$package")" | tar t; done |
        grep -v '/$' | sort | uniq -d)
    [[ -z $twice ]] || { echo "$twice"; return 1; }
}

unpack_programs() {
    dpkg-deb --extract "$(deb sipsteer)" "$WORK/tree"
    PROGRAMS=("$WORK"/tree/usr/{bin/sipsteer,sbin/sipsteerd,libexec/sipsteer/sipsteer-host})
}

programs_are_stripped() {
    local program
    for program in "${PROGRAMS[@]}"; do
        ! readelf --sections --wide "$program" | grep -E '\.symtab|\.debug_' || return 1
    done
}

# The same files with a higher version: WORK/newer.deb
make_newer_package() {
    dpkg-deb --raw-extract "$(deb sipsteer)" "$WORK/newer"
    sed -i 's/^Version: .*/&+newer/' "$WORK/newer/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$WORK/newer" "$WORK/newer.deb" >/dev/null
}

look_at_packages() { # BUILD-DIRECTORY
    check "packages are made of what is built" make_packages "$1"
    check_equal "these three" "sipsteer sipsteer-doc sipsteer-real-server" \
        "$(for file in "$WORK"/debs/*.deb; do dpkg-deb --field "$file" Package; done | sort | xargs)"
    check "no file is in two of them" share_no_file
    unpack_programs
    check "the programs are stripped" programs_are_stripped
    check "the programs are hardened" "$HERE/hardening.sh" "${PROGRAMS[@]}"
    check_equal "a server needs no library and fits every architecture" "iproute2 all" \
        "$(deb_field sipsteer-real-server Depends) $(deb_field sipsteer-real-server Architecture)"
    check "the daemon's libraries are named" grep -q 'libbpf1.*libxdp1' <<<"$(deb_field sipsteer Depends)"
}

# --- the life of the packages -----------------------------------------------------------------------

completion_works() {
    in_root bash -c '. /usr/share/bash-completion/completions/sipsteer
        COMP_WORDS=(sipsteer sta) COMP_CWORD=1; _sipsteer; [[ ${COMPREPLY[*]} == status ]]'
}

install_packages() {
    runs_in_root dpkg --install "$(in_mnt sipsteer)" "$(in_mnt sipsteer-real-server)" "$(in_mnt sipsteer-doc)" ||
        die "the packages do not install"
    ok "they install"
    check_equal "nothing is started" "daemon-reload" "$(sort -u "$WORK/systemctl.log")"
    check_equal "the group of the API is there" 1 "$(in_root getent group sipsteer | grep -c ^sipsteer:)"
    check_equal "root alone can read the state" "700 root" "$(in_root stat -c '%a %U' /var/lib/sipsteer)"
    check "the daemon accepts the sample configuration" runs_in_root sipsteerd --check --config "$SETTINGS"
    check "the command line runs" runs_in_root sipsteer --version
    check "so do the commands that look at the host" runs_in_root sipsteer doctor --list
    check "the manual has sipsteerd(8)" runs_in_root man --where 8 sipsteerd
    check "the manual has sipsteer-real-server(8)" runs_in_root man --where 8 sipsteer-real-server
    check "bash completes commands" completion_works
}

start_steering() {
    director_tool config --filter "$PATIENT_PROBES"' | del(.pin_dir, .state_dir, .on_exit)
        | .api = {socket_group: "sipsteer"}' | in_root tee "$SETTINGS" >/dev/null
    in_root systemctl start sipsteerd.service
    check "the installed daemon has all servers up" wait_until 60 all_servers_up
    check_equal "the group can use the API" sipsteer "$(in_root stat -c %G /run/sipsteer/api.sock)"
}

# Without these capabilities the kernel takes no program, so the package must restart nothing.
refused_upgrade() {
    local daemon
    daemon=$(daemon_pid)
    : >"$WORK/systemctl.log"
    check "a newer version installs, though the kernel refuses its program" \
        runs_in_root setpriv --bounding-set -bpf,-sys_admin --inh-caps -bpf,-sys_admin dpkg --install /mnt/newer.deb
    check_equal "it restarts no daemon" daemon-reload "$(cat "$WORK/systemctl.log")"
    check_equal "the old daemon goes on" "$daemon" "$(daemon_pid)"
    check "it answers" all_servers_up
}

upgrade() {
    local before
    before=$(director_programs)
    : >"$WORK/systemctl.log"
    : >"$WORK/daemon.log"
    check "a newer version installs" runs_in_root dpkg --install /mnt/newer.deb
    check_equal "it restarts the daemon, and the program stays meanwhile" \
        $'daemon-reload\ntry-restart sipsteerd.service\nwithout a daemon: 1 programs' "$(cat "$WORK/systemctl.log")"
    check "the daemon is the new file" test "/proc/$(daemon_pid)/exe" -ef \
        "/proc/$HOLDER/root$WORK/root/usr/sbin/sipsteerd"
    check "it takes the calls over" grep -q 'event=call_table .*taken_over=true' "$WORK/daemon.log"
    check_equal "it replaces the program, in one step" "1 0" \
        "$(daemon_log_lines xdp_replaced) $(daemon_log_lines xdp_attached)"
    check "another program runs now" test "$before" != "$(director_programs)"
    check "the operator's configuration is as it was" in_root grep -q '"fall": 20' "$SETTINGS"
}

remove_packages() {
    check "they are removed" runs_in_root dpkg --remove "${PACKAGES[@]}"
    check "no daemon runs" test ! -e "$WORK/daemon.pid"
    check_no_traces "after the removal"
    check "the configuration stays" in_root grep -q '"fall": 20' "$SETTINGS"
    check "the state stays" in_root test -e /var/lib/sipsteer/secret
    check "they are purged" runs_in_root dpkg --purge "${PACKAGES[@]}"
    check_equal "nothing is left" "" "$(left_files)"
}

main() {
    local build=${1:-}
    [[ -r $build/CPackConfig.cmake ]] || usage_error "give the build directory"
    need_programs dpkg-deb lintian cpack readelf setpriv
    e2e_begin packages
    look_at_packages "$(realpath "$build")"
    start_lintian
    make_newer_package
    make_root
    install_packages
    check "lintian has no error and no warning" is_clean_for_lintian
    start_proxies record-route
    start_steering
    begin_traffic 20
    await_established 60
    refused_upgrade
    upgrade
    more_calls 40
    end_traffic
    check_undisturbed "$(jq .calls <<<"$TRAFFIC_RESULT") calls during the upgrade"
    check_json "the call table was followed all the way: no call was given another server" \
        'any(.reasons[]; .reason == "call_hit") and all(.reasons[]; .reason != "call_rehomed")' \
        "$(director_get /v1/status)"
    remove_packages
    e2e_end
}

main "$@"
