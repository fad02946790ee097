# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What commands print, compared with files below test/e2e/golden once what varies from run to run is
# masked. Sourced after lib.sh.
#
#     topic show                  what follows goes to golden/show.txt
#     shown get servers           `sipsteer get servers`: its output and exit code
#     MASK='s/x/y/'; shown ...    with another sed script, for that command
#     compare_topics              the checks; with --renew, the files are written anew
#
# shellcheck disable=SC2034,SC2153,SC2317  # what the tests read or call; SIPSTEERD is in lib.sh

readonly GOLDEN_DIR=$E2E_DIR/golden
SIPSTEER=${SIPSTEERD%/*}/sipsteer # beside the daemon
TOPIC=''
MASK=''
RENEW=no

# sipsteer ARGUMENT...: on the director, over its socket.
sipsteer() { on_host director env SIPSTEER_API="$(director_file api.sock)" "$SIPSTEER" "$@"; }

# golden_options OPTION...: takes --renew out; sets OPTIONS.
golden_options() {
    local option
    OPTIONS=()
    for option in "$@"; do
        if [[ $option == --renew ]]; then RENEW=yes; else OPTIONS+=("$option"); fi
    done
}

topic() {
    TOPIC=$1
    mkdir -p "$WORK/golden"
    : >"$WORK/golden/$TOPIC.txt"
}

# What varies everywhere: paths of this run, times, MAC addresses, the lab's interfaces' numbers.
mask_run() {
    sed -E -e "s#$RUN_DIR#RUN#g" -e "s#$PROJECT_DIR/##g" \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z/TIME/g' \
        -e 's/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/MAC/g' \
        -e 's/up for [^,]*s$/up for TIME/' -e "$MASK"
}

shown() { # ARGUMENT...
    local code=0 out
    out=$(sipsteer "$@" 2>&1) || code=$?
    shown_text "sipsteer $*" "$out" "$code"
}

shown_text() { # COMMAND OUTPUT CODE
    {
        printf '$ %s\n' "$1"
        [[ -z $2 ]] || printf '%s\n' "$2"
        (($3 == 0)) || printf 'exit code %d\n' "$3"
        echo
    } | mask_run >>"$WORK/golden/$TOPIC.txt"
}

# columns HEADING...: of tables, N instead of numbers in these columns, one blank in place of padding.
columns() {
    awk -v masked="$(IFS='|'; echo "$*")" '
        BEGIN { count = split(masked, names, "|"); for (i = 1; i <= count; i++) mask[names[i]] = 1 }
        { sub(/^ +/, ""); n = split($0, cell, /  +/) }
        cell[1] ~ /^[A-Z]+( [A-Z]+)*$/ && n > 1 { delete at; for (i = 1; i <= n; i++) at[i] = cell[i] in mask }
        {
            line = ""
            for (i = 1; i <= n; i++) {
                if (at[i] && cell[i] ~ /^[0-9.]+$/) cell[i] = "N"
                line = line (i > 1 ? "  " : "") cell[i]
            }
            print line
        }'
}

# table HEADING... -- ARGUMENT...: as shown, with these columns masked.
table() {
    local headings=() code=0 out
    while [[ $1 != -- ]]; do headings+=("$1"); shift; done
    shift
    out=$(sipsteer "$@" 2>&1) || code=$?
    shown_text "sipsteer $*" "$(columns "${headings[@]}" <<<"$out")" "$code"
}

compare_topics() {
    local file name
    for file in "$WORK"/golden/*.txt; do
        name=${file##*/}
        if [[ $RENEW == yes ]]; then
            mkdir -p "$GOLDEN_DIR"
            cp "$file" "$GOLDEN_DIR/$name"
            ok "renewed: golden/$name"
        else
            check_equal "what is printed is as in golden/$name" "$(cat "$GOLDEN_DIR/$name")" "$(cat "$file")"
        fi
    done
}
