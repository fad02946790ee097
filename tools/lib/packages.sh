# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Installing what tools/packages.txt lists. Source common.sh first.

# listed_packages SECTION...: the packages of these sections, one a line; A|B where the name depends on the distribution.
listed_packages() {
    local section
    for section in "$@"; do
        awk -v section="$section" '$1 == section { for (i = 2; i <= NF; i++) print $i }' \
            "$ROOT/tools/packages.txt"
    done
}

is_installed() { # PACKAGE
    # ${...} is dpkg-query's own format.
    # shellcheck disable=SC2016
    [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]
}

is_known() { # PACKAGE
    local policy
    policy=$(apt-cache policy "$1" 2>/dev/null)
    [[ $policy == *'Candidate: '* && $policy != *'Candidate: (none)'* ]]
}

# package_name A|B: prints the first that is installed or that apt knows; A if there is none.
package_name() {
    local names name
    IFS='|' read -r -a names <<<"$1"
    for name in "${names[@]}"; do
        if ((${#names[@]} == 1)) || is_installed "$name" || is_known "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    printf '%s\n' "${names[0]}"
}

missing_packages() {
    local entry package
    while read -r entry; do
        package=$(package_name "$entry")
        is_installed "$package" || printf '%s\n' "$package"
    done < <(listed_packages "$@")
}

unknown_packages() { # PACKAGE...
    local package
    for package in "$@"; do
        is_known "$package" || printf '%s\n' "$package"
    done
}

# Services of packages that have just been installed: they were not started, but would be when this host
# starts next (Kamailio on port 5060, Prometheus on port 9090). We want their programs alone. What was there
# before is the owner's business and not touched.
disable_services() { # PACKAGE...
    local unit
    command -v systemctl >/dev/null || return 0
    while read -r unit; do
        systemctl disable "${unit##*/}" >>"$ROOT/build/packages.log" 2>&1 ||
            say "packages: the service ${unit##*/} is still enabled: cannot disable it; see build/packages.log"
    done < <(dpkg -L "$@" | grep -E '^(/usr)?/lib/systemd/system/[^/@]+\.(service|timer|socket)$' | sort -u)
}

# Installs packages that are missing without starting the services some of them bring (Kamailio would take
# port 5060 of this host), neither now nor when the host starts next.
install_packages() {
    local policy=/usr/sbin/policy-rc.d made='' code=0
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made=$policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y --no-install-recommends "$@" >>"$ROOT/build/packages.log" 2>&1 || code=$?
    [[ -z $made ]] || rm -f "$made"
    if ((code)); then
        tail -n 20 "$ROOT/build/packages.log" >&2
        die "cannot install the packages; see $ROOT/build/packages.log"
    fi
    disable_services "$@"
}

# ensure_packages SECTION...: what is missing is installed. Where there is no apt, or apt lacks one of them, the missing
# things are named and nothing is changed.
ensure_packages() {
    local missing=() unknown=()
    if ! command -v apt-get >/dev/null; then
        name_what_is_missing "$@"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        say "packages: all installed"
        return
    fi
    mkdir -p "$ROOT/build"
    quietly "$ROOT/build/packages.log" apt-get update
    mapfile -t missing < <(missing_packages "$@")
    mapfile -t unknown < <(unknown_packages "${missing[@]}")
    ((${#unknown[@]} == 0)) || die "apt has no package ${unknown[*]}: install what they contain, and name them \
in tools/packages.txt as this distribution does"
    say "packages: installing ${missing[*]}"
    install_packages "${missing[@]}"
}

# Without apt the programs show whether the packages are there.
name_what_is_missing() {
    local program missing=()
    for program in c++ cmake ninja pkg-config clang llvm-strip bpftool ip ethtool nsenter jq curl \
        python3 tcpdump tshark sipp kamailio; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    ((${#missing[@]})) || return 0
    say "There is no apt here, so install the missing programs yourself: ${missing[*]}"
    say "Names of the packages in Debian (tools/packages.txt):"
    listed_packages "$@" | sed 's/^/  /' >&2
    die "install the missing programs and run this again"
}
