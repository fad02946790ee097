# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the guest's root file system: busybox, the modules, the payload and its shared libraries.

# The NIC, and what packet tests build their networks of. BPF, AF_PACKET and IPv6 are built in.
guest_modules=(virtio_pci virtio_net veth 8021q dummy sch_ingress cls_bpf)

# build_initramfs WORK_DIR MODULES_DIR BUSYBOX END_MARK PAYLOAD FILE...: makes WORK_DIR/initramfs, which has
# WORK_DIR/environment in it. It is not compressed: unpacking costs an emulated processor more than reading.
build_initramfs() {
    local work_dir=$1 modules_dir=$2 busybox=$3 end_mark=$4 payload=$5
    local root=$work_dir/root path lib
    shift 5
    lib=$(dirname "${BASH_SOURCE[0]}")
    mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,root,var/lib,etc,payload,lib/sipsteer}
    cp "$busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cp "$lib/init" "$root/init"
    cp "$lib/guest.sh" "$root/lib/sipsteer/guest.sh"
    cp "$payload" "$root/lib/sipsteer/payload"
    printf '%s\n' "$end_mark" >"$root/lib/sipsteer/end-mark"
    copy_modules "$modules_dir" "$root/lib/sipsteer/modules" "${guest_modules[@]}"
    cp "$work_dir/environment" "$root/lib/sipsteer/environment"
    for path in "$@"; do
        [[ ! -e $root/payload/${path##*/} ]] || usage_error "two files are called '${path##*/}'"
        cp -rL "$path" "$root/payload/"
        printf '/payload/%s\n' "${path##*/}" >>"$root/lib/sipsteer/arguments"
        copy_libraries "$path" "$root"
    done
    (cd "$root" && find . -print0 | cpio --null --quiet -o -H newc) >"$work_dir/initramfs"
    rm -rf "$root"
}

# write_environment NAME=VALUE...: as assignments for a POSIX shell.
write_environment() {
    local assignment value
    for assignment in "$@"; do
        value=${assignment#*=}
        printf "export %s='%s'\n" "${assignment%%=*}" "${value//\'/\'\\\'\'}"
    done
}

# copy_libraries FILE ROOT: the shared libraries of an executable, loader included, to the same paths in
# ROOT. A script, data or a static program has none.
copy_libraries() {
    local library listing
    [[ -f $1 && -x $1 ]] || return 0
    if [[ $(readelf --file-header "$1" 2>/dev/null) == *'Machine: '*AArch64* ]]; then
        copy_foreign_libraries "$1" "$2" aarch64-linux-gnu
        return
    fi
    listing=$(ldd "$1" 2>/dev/null) || return 0
    ! grep -q 'not found' <<<"$listing" || fail "$1 lacks a library: $(grep 'not found' <<<"$listing")"
    while IFS= read -r library; do
        [[ -e $2$library ]] || install -D -m 755 "$library" "$2$library"
    done < <(grep -o '/[^ ]*' <<<"$listing")
}

# copy_foreign_libraries FILE ROOT TRIPLET: the same for another architecture, whose programs ldd cannot ask. The
# libraries lie in Debian's folder for it; those that they need follow.
copy_foreign_libraries() {
    local name path loader
    loader=$(readelf --program-headers --wide "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
    [[ -z $loader || -e $2$loader ]] || install -D -m 755 "$(realpath "/usr/lib/$3/${loader##*/}")" "$2$loader"
    while IFS= read -r name; do
        path=/usr/lib/$3/$name
        [[ -e $path ]] || path=/lib/$3/$name
        [[ -e $path ]] || fail "$1 lacks a library: $name"
        [[ -e $2/usr/lib/$3/$name ]] && continue
        install -D -m 755 "$path" "$2/usr/lib/$3/$name"
        copy_foreign_libraries "$path" "$2" "$3"
    done < <(readelf --dynamic --wide "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}
