# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the map tools share: options, the pinned maps, bpftool's output, tables.
#
# They read the maps where the daemon pinned them, so they work whether it runs or not, and they write
# nothing. A tool sources this, then: maps_begin "$@"; read_maps MAP...; and show what maps_json makes of
# them.
#
# shellcheck disable=SC2016,SC2034  # jq filters have their own $; JSON and LIMIT are read by the tools

MAPS_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly MAPS_HOME
readonly DEFAULT_PIN_DIR=/sys/fs/bpf/sipsteer

PATH=$PATH:/usr/sbin:/sbin # bpftool's place, which not everyone has in PATH

PIN_DIR=$DEFAULT_PIN_DIR
JSON=no
LIMIT=1000
BUCKETS=250000
MAPS_DIR=''   # of the layout these tools are for
LAYOUT=''     # file of labels, made from the headers (layout.c)
MAPS_WORK=''  # one file for each map that was read

die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

usage_error() {
    printf '%s: %s\n%s: try --help\n' "${0##*/}" "$1" "${0##*/}" >&2
    exit 2
}

common_options() {
    cat <<USAGE
  --pin-dir DIR  Read the maps in this directory, pin_dir of the configuration
                 (default: $DEFAULT_PIN_DIR)
  --json         Print one JSON object instead of a table
  --help         Print this help

The tool reads the pinned maps with bpftool and changes nothing. It works without sipsteerd.
USAGE
}

# --- options ------------------------------------------------------------------------------------------

# maps_begin OPTION...: the options; then the place of the maps is known and they can be read. The tool
# has the function usage; it sets BOUNDS to those of --limit and --buckets that it takes.
maps_begin() {
    while (($#)); do
        case $1 in
        --help | -h) usage; exit 0 ;;
        --json) JSON=yes; shift; continue ;;
        --pin-dir) (($# > 1)) || usage_error "$1 needs a value"; PIN_DIR=${2%/} ;;
        --limit | --buckets) take_bound "$@" ;;
        *) usage_error "no such option: $1" ;;
        esac
        shift 2
    done
    require_programs bpftool jq awk
    find_layout
    find_maps
    MAPS_WORK=$(mktemp -d)
    trap 'rm -rf "$MAPS_WORK"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

take_bound() {
    [[ " ${BOUNDS:-} " == *" $1 "* ]] || usage_error "no such option: $1"
    (($# > 1)) || usage_error "$1 needs a value"
    [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$1: \"$2\" is not a number from 1 to 999999999"
    if [[ $1 == --limit ]]; then LIMIT=$2; else BUCKETS=$2; fi
}

require_programs() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || die "$program is missing; install it (Debian: the package $program)"
    done
}

# --- where things are -----------------------------------------------------------------------------------

# Beside the installed tools, or in the build directory of a source tree.
find_layout() {
    for LAYOUT in "$MAPS_HOME/layout.json" "$MAPS_HOME/../../build/tools/maps/layout.json"; do
        [[ ! -r $LAYOUT ]] || return 0
    done
    die "there is no layout.json; build the project first (target sipsteer_maps)"
}

layout_get() { jq -r "$1" "$LAYOUT"; }

find_maps() {
    ((EUID == 0)) || die "this needs root to read BPF maps; use sudo"
    MAPS_DIR=$PIN_DIR/maps-v$(layout_get .version)
    local nearest=$PIN_DIR
    [[ $PIN_DIR == /* ]] || usage_error "--pin-dir: \"$PIN_DIR\" is not an absolute path"
    [[ $MAPS_DIR =~ ^[^[:space:]]+$ ]] || usage_error "--pin-dir: \"$PIN_DIR\" contains a blank"
    while [[ ! -d $nearest ]]; do
        nearest=${nearest%/*}
        nearest=${nearest:-/}
    done
    [[ $(stat --file-system --format %T "$nearest") == bpf_fs ]] ||
        die "$PIN_DIR is not on a BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"
    [[ -d $PIN_DIR ]] || die "there is no $PIN_DIR; name the directory of the maps with --pin-dir"
    [[ -e $MAPS_DIR/servers ]] || die "$(other_layout)"
}

other_layout() {
    local others
    others=$(find "$PIN_DIR" -maxdepth 1 -name 'maps-v*' -printf '%f ' | sed 's/ $//')
    printf 'no maps of layout %s in %s; there: %s' "$(layout_get .version)" "$PIN_DIR" "${others:-none}"
}

# --- reading maps ---------------------------------------------------------------------------------------

# read_maps MAP...: all entries of each, into MAPS_WORK/MAP. For maps of bounded size.
read_maps() {
    local map
    for map in "$@"; do
        bpftool -j map dump pinned "$MAPS_DIR/$map" >"$MAPS_WORK/$map" 2>"$MAPS_WORK/error" ||
            die "cannot read the map $map: $(bpftool_problem "$MAPS_WORK/$map")"
    done
}

# With -j bpftool tells its problems on stdout, as JSON.
bpftool_problem() { # FILE
    jq -r '.error // empty' "$1" 2>/dev/null | grep . || cat "$MAPS_WORK/error"
}

# look_up MAP: the entries whose indexes are on stdin, one a line, into MAPS_WORK/MAP: one process for
# all of them.
look_up() {
    awk -v map="$MAPS_DIR/$1" '{
        printf "map lookup pinned %s key hex %02x %02x %02x %02x\n", map, $1 % 256, int($1 / 256) % 256,
            int($1 / 65536) % 256, int($1 / 16777216) }' >"$MAPS_WORK/batch"
    if [[ ! -s $MAPS_WORK/batch ]]; then
        echo '[]' >"$MAPS_WORK/$1"
        return
    fi
    bpftool -j batch file "$MAPS_WORK/batch" >"$MAPS_WORK/looked-up" 2>"$MAPS_WORK/error" ||
        die "cannot read the map $1: $(cat "$MAPS_WORK/error")"
    jq -c '[.[] | .output | select(type == "object" and has("key"))]' "$MAPS_WORK/looked-up" >"$MAPS_WORK/$1"
}

# dump_some MAP EMPTY LIMIT KEYS: entries of a map that may hold millions, one a line, into MAPS_WORK/MAP; but
# for those that match the regular expression EMPTY. Reads on until it has LIMIT of them or, unless KEYS is
# 0, has looked at KEYS entries. MAPS_WORK/looked_at: {"read": entries looked at, "more": not all were}.
dump_some() {
    local codes=(0 0)
    # bpftool's answer is one line: entries are told apart by what can only be between two of them.
    bpftool -j map dump pinned "$MAPS_DIR/$1" 2>"$MAPS_WORK/error" |
        awk -v RS='},[{]"key":' -v empty="$2" -v limit="$3" -v keys="$4" -v looked_at="$MAPS_WORK/looked_at" '
            /^[[][]]/ { next }
            found == limit || (keys && NR > keys) { more = 1; exit }
            { read = NR; sub(/^[[][{]"key":/, ""); sub(/}[]]\n?$/, "") }
            $0 !~ empty { found++; print "{\"key\":" $0 "}" }
            END { printf "{\"read\":%d,\"more\":%s}\n", read, more ? "true" : "false" > looked_at }' \
            >"$MAPS_WORK/$1" || codes=("${PIPESTATUS[@]}")
    # 141: it had more to say than was wanted.
    ((codes[0] == 0 || codes[0] == 141)) || die "cannot read the map $1: $(cat "$MAPS_WORK/error" "$MAPS_WORK/$1")"
    ((codes[1] == 0)) || die "cannot write to $MAPS_WORK"
}

# say_what_was_looked_at NOUN: on stderr, if not all was.
say_what_was_looked_at() {
    [[ $(jq .more "$MAPS_WORK/looked_at") == false ]] ||
        printf '%s: looked at %d %s, there are more (--limit)\n' "${0##*/}" "$(jq .read "$MAPS_WORK/looked_at")" "$1" >&2
}

# CLOCK_MONOTONIC, which the data plane's times are of. /proc/uptime is the same but for time asleep.
now_ns() {
    awk '/^now at/ { print $3; exit }' /proc/timer_list 2>/dev/null | grep . ||
        awk '{ printf "%.0f\n", $1 * 1e9 }' /proc/uptime
}

map_entries() { # MAP: how many it has room for
    bpftool -j map show pinned "$MAPS_DIR/$1" | jq .max_entries
}

# --- results ----------------------------------------------------------------------------------------------

# maps_json FILTER [JQ-OPTION...]: the filter's result over the maps that were read, each in $NAME[0], with
# the functions of lib.jq. (Not by jq's include: a module does not see the variables of options.)
maps_json() {
    local filter=$1 map files=()
    shift
    for map in "$MAPS_WORK"/*; do
        case ${map##*/} in
        error | batch | looked-up) ;; # not maps
        *) files+=(--slurpfile "${map##*/}" "$map") ;;
        esac
    done
    jq -n -c --slurpfile layout_file "$LAYOUT" "${files[@]}" "$@" "$(<"$MAPS_HOME/lib.jq") $filter" ||
        die "cannot parse the output of bpftool ($(bpftool version | sed -n 1p))"
}

# show RESULT ROWS-FILTER COLUMN...: the result as it is, or as a table: the filter makes one array of
# values a row.
show() {
    local result=$1 rows=$2
    shift 2
    if [[ $JSON == yes ]]; then
        jq . <<<"$result"
        return
    fi
    {
        (IFS=$'\t'; printf '%s\n' "$*")
        jq -r "$rows | map(if . == null then \"-\" else . end) | @tsv" <<<"$result"
    } | align
}

# Columns to the same width, those of numbers to the right.
align() {
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) {
              cell[NR, i] = $i
              if (length($i) > width[i]) width[i] = length($i)
              if (NR > 1 && $i !~ /^(-|[0-9]+([.][0-9]+)?)$/) text[i] = 1 }
          if (NF > columns) columns = NF }
        END { for (row = 1; row <= NR; row++) {
                  line = ""
                  for (i = 1; i <= columns; i++)
                      line = line sprintf("%" (text[i] ? "-" : "") width[i] "s  ", cell[row, i])
                  sub(/ +$/, "", line)
                  print line } }'
}
