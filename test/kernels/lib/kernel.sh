# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Finds a Debian package, a kernel or the guest's busybox, downloads it once and unpacks it into the cache. Nothing is
# installed.

# find_package PATTERN ARCH CACHE: prints the folder with the unpacked newest package that matches the shell
# pattern. Without network the newest one in the cache is good enough; without any, skips.
find_package() {
    local pattern=$1 arch=$2 cache=$3/$2 package
    [[ $arch != amd64 ]] || cache=$3
    mkdir -p "$cache"
    package=$(newest_known_package "$pattern")
    if [[ -z $package || ! -d $cache/$package ]] && ! download_package "$package" "$arch" "$cache"; then
        package=$(newest_cached_package "$pattern" "$cache")
        [[ -n $package ]] || skip "no package '$pattern' of $arch to be had: it needs the network and" \
            "Debian 12's package lists (dpkg --add-architecture $arch, apt-get update)"
        say "using $package from the cache"
    fi
    printf '%s\n' "$cache/$package"
}

newest_known_package() {
    command -v apt-cache >/dev/null || return 0
    apt-cache pkgnames "${1%%[*?[]*}" | matching "$1" | sort -V | tail -n 1
}

newest_cached_package() {
    find "$2" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | matching "$1" | sort -V | tail -n 1
}

# matching PATTERN: the lines of stdin that match the shell pattern.
matching() {
    local line
    while IFS= read -r line; do
        # shellcheck disable=SC2053 # a pattern on purpose
        [[ $line != $1 ]] || printf '%s\n' "$line"
    done
}

# download_package PACKAGE ARCH CACHE: fills CACHE/PACKAGE in one step, so that a second run at the same time
# never sees half of it. The caller removes CACHE/.part.PID if it is interrupted.
download_package() {
    local package=$1 arch=$2 cache=$3 part=$3/.part.$$
    [[ -n $package ]] || return 1
    say "downloading $package"
    mkdir -p "$part"
    if (cd "$part" && apt-get -qq -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 \
        download "$package:$arch" >&2) && dpkg-deb -x "$part"/*.deb "$part/tree"; then
        mv -T "$part/tree" "$cache/$package" 2>/dev/null || true
    fi
    rm -rf "$part"
    [[ -d $cache/$package ]]
}
