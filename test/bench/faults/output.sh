# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The campaign's rows as a table, as JSON and as Markdown, and its verdict. Sourced by campaign.sh.
#
# shellcheck disable=SC2016,SC2154  # jq filters; set in campaign.sh

readonly CELLS='
    def seconds: if . == null then "-" else "\(. * 100 | round / 100) s" end;
    def cells: [.what, .kind, "\(.packets_lost) of \(.packets)", "\(.calls_lost) of \(.calls)", .calls_moved,
        (.noticed_seconds | seconds), (if .noticed_by == "" then "-" else .noticed_by end),
        (.mended_seconds | seconds), (.stall_seconds | seconds), .problem // ""];'

readonly HEADINGS='["fault", "of", "packets lost", "calls lost", "moved", "noticed", "by", "mended", "stall", ""]'

row_words() { # ROW
    jq -r '"\(.packets_lost) of \(.packets) packets and \(.calls_lost) of \(.calls) calls lost, \(.calls_moved) moved" +
        (if .problem then "; \(.problem)" else "" end)' <<<"$1"
}

result_json() {
    printf '%s\n' "${ROWS[@]}" | jq -s --arg date "$(date -u +%FT%TZ)" --arg commit "$COMMIT" \
        --arg kernel "$(uname -r)" --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed -n 1p)" \
        --argjson cores "$(nproc)" --argjson rate "$RATE" --argjson stream "$STREAM_RATE" --argjson kills "$KILLS" \
        --arg other "${OTHER:-the same program}" '
        {bench: "faults", $date, $commit, machine: {$kernel, $cpu, $cores}, calls_per_second: $rate,
         packets_per_second: $stream, $kills, $other, faults: .}'
}

print_result() { # table|json|markdown
    local json
    json=$(result_json)
    case $1 in
    json) printf '%s\n' "$json" ;;
    table)
        jq -r "$CELLS"'('"$HEADINGS"' | map(ascii_upcase)), (.faults[] | cells) | @tsv' \
            <<<"$json" | column -t -s $'\t'
        ;;
    markdown)
        jq -r "$CELLS"'
            "\(.date[:10]), commit \(.commit), kernel \(.machine.kernel), \(.machine.cores) cores (\(.machine.cpu)): " +
            "\(.calls_per_second) calls and \(.packets_per_second) numbered packets a second.", "",
            (('"$HEADINGS"', ['"$HEADINGS"'[] | "---"], (.faults[] | cells)) | "| " + (map(tostring) | join(" | ")) + " |")' \
            <<<"$json"
        ;;
    esac
}

# Faults of the daemon lose and move no call, and are over by themselves.
all_as_it_should() {
    printf '%s\n' "${ROWS[@]}" |
        jq -es 'all(.kind != "daemon" or (.calls_lost + .calls_moved == 0 and .problem == null))' >/dev/null
}
