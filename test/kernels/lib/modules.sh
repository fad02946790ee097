# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Copies kernel modules and what they depend on. The package of a kernel that is not installed has no
# modules.dep, so the dependencies are read from the modules themselves.

# copy_modules MODULES_DIR TARGET NAME...: puts NAME.ko files, uncompressed, into TARGET and lists them in
# TARGET/order, each after the ones it depends on. A module that is not there is built in.
copy_modules() {
    local modules_dir=$1 target=$2 name
    shift 2
    mkdir -p "$target"
    : >"$target/order"
    declare -A module_path=()
    index_modules "$modules_dir"
    for name in "$@"; do
        copy_module "$name" "$target"
    done
}

# index_modules MODULES_DIR: fills the caller's module_path, name (with underscores) -> file.
index_modules() {
    local path name
    while IFS= read -r path; do
        name=${path##*/}
        name=${name%%.ko*}
        module_path[${name//-/_}]=$path
    done < <(find "$1/" -name '*.ko' -o -name '*.ko.xz')
}

copy_module() {
    local name=${1//-/_} target=$2 dependency
    local path=${module_path[$name]:-}
    [[ -n $path && ! -e $target/$name.ko ]] || return 0
    case $path in
        *.xz) xz -dc "$path" >"$target/$name.ko" ;;
        *) cp "$path" "$target/$name.ko" ;;
    esac
    for dependency in $(module_dependencies "$target/$name.ko"); do
        copy_module "$dependency" "$target"
    done
    printf '%s\n' "$name.ko" >>"$target/order"
}

module_dependencies() {
    tr '\0' '\n' <"$1" | sed -n 's/^depends=//p' | tr ',' ' '
}
