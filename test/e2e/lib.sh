# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# End-to-end tests: a lab of its own for each test, the real daemon as director, real SIP software, and
# captures as the proof. A test sources this, then:
#
#     e2e_begin NAME "$@"        a lab, by the options of the command line
#     start_proxies MODE; start_director .
#     ...checks...
#     e2e_end
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
#
# shellcheck disable=SC2034  # FAMILY, VIP, WORK, PORT_OF_DIRECTOR are read by the tests.

E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly E2E_DIR
readonly PROJECT_DIR=${E2E_DIR%/test/e2e}

# shellcheck source=tools/demo/lib.sh
. "$PROJECT_DIR/tools/demo/lib.sh"
# shellcheck source=test/e2e/lib_director.sh
. "$E2E_DIR/lib_director.sh"
# shellcheck source=test/e2e/lib_call.sh
. "$E2E_DIR/lib_call.sh"

# The daemon under test.
export SIPSTEERD=${SIPSTEERD:-$PROJECT_DIR/build/bin/sipsteerd}

LAB=''           # the name of this test's lab
FAMILY=4         # 4 or 6: the family of the addresses that are called
XDP_MODE=auto    # native, generic or auto
VIP=''           # the VIP of that family
WORK=''          # directory for captures and logs
FAILED_CHECKS=0

e2e_usage() {
    cat <<USAGE
Usage: test/e2e/${0##*/} [--ipv6] [--vlan ID] [--nics 1|2] [--clients N] [--mode native|generic|auto]

  --ipv6      call the VIP's IPv6 address
  --vlan ID   the director's link carries that VLAN
  --nics 2    servers behind the director's second NIC (not for the tests of Figure 3)
  --clients N clients in the lab (default: 2)
  --mode      how the daemon attaches (default: auto)

The daemon is build/bin/sipsteerd, or what SIPSTEERD names. E2E_KEEP=DIR copies captures and logs there.
USAGE
}

# e2e_begin NAME OPTION...: builds the lab; everything goes when the test ends, however it ends.
e2e_begin() {
    local lab_options=()
    LAB="e2e-$1-$$"
    shift
    while (($#)); do
        case $1 in
        --help | -h) e2e_usage; exit 0 ;;
        --ipv6) FAMILY=6; lab_options+=(--ipv6); shift; continue ;;
        --vlan | --nics | --clients) (($# > 1)) || usage_error "$1 needs a value"; lab_options+=("$1" "$2") ;;
        --mode) (($# > 1)) || usage_error "$1 needs a value"; XDP_MODE=$2 ;;
        *) usage_error "no such option: $1" ;;
        esac
        shift 2
    done
    if ((EUID != 0)); then
        echo "skipped: network namespaces need root"
        exit 77
    fi
    require_root_and jq awk nsenter ss sipp kamailio tcpdump tshark curl
    [[ -x $SIPSTEERD ]] || die "there is no $SIPSTEERD; build the project first"
    set -E
    trap 'e2e_died "$?" "$BASH_COMMAND" "${BASH_SOURCE[0]}" "$LINENO"' ERR
    trap e2e_clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$LAB_TOOL" up --name "$LAB" "${lab_options[@]}" >/dev/null
    load_lab "$LAB"
    VIP=$(vip_address "$FAMILY")
    WORK=$RUN_DIR/test
    mkdir -p "$WORK"
    comment "lab $LAB ${lab_options[*]}"
}

# Without it set -e ends a test without a word, as many programs here are asked to be silent. What fails in
# a subshell may be meant to.
e2e_died() { # CODE COMMAND FILE LINE
    ((BASH_SUBSHELL)) || printf '# %s:%d: exit code %d: %s\n' "${3##*/}" "$4" "$1" "$2" >&2
}

e2e_clean_up() {
    local code=$?
    trap '' INT TERM
    stop_all
    if [[ -n $WORK ]]; then
        stop_director 2>/dev/null || true
        "$DEMO_DIR/proxies" stop --name "$LAB" || true
        [[ -z ${E2E_KEEP:-} ]] || { mkdir -p "$E2E_KEEP" && cp -r "$RUN_DIR/." "$E2E_KEEP"; }
    fi
    "$LAB_TOOL" down --name "$LAB" >/dev/null || true
    exit "$code"
}

# Ends the test with its verdict.
e2e_end() {
    if ((FAILED_CHECKS)); then
        comment "$FAILED_CHECKS checks failed"
        exit 1
    fi
    exit 0
}

# --- checks -----------------------------------------------------------------------------------------

comment() { printf '# %s\n' "$1"; }

ok() { printf 'ok - %s\n' "$1"; }

not_ok() {
    printf 'not ok - %s\n' "$1"
    FAILED_CHECKS=$((FAILED_CHECKS + 1))
}

# check DESCRIPTION COMMAND...
check() {
    local description=$1
    shift
    if "$@"; then ok "$description"; else not_ok "$description"; fi
}

# check_equal DESCRIPTION EXPECTED ACTUAL: texts; shows the difference.
check_equal() {
    if [[ $2 == "$3" ]]; then
        ok "$1"
        return
    fi
    not_ok "$1"
    diff --label expected --label seen -u <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/#   /' || true
}

# check_json DESCRIPTION JQ-CONDITION JSON
check_json() {
    if jq -e "$2" <<<"$3" >/dev/null; then
        ok "$1"
    else
        not_ok "$1"
        comment "not true: $2"
        comment "in: $3"
    fi
}
