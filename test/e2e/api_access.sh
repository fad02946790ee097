#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The API of the real daemon over TCP: TLS, tokens and their roles, and clients that mean no good.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check and wait_until call functions
set -euo pipefail
# shellcheck source=test/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/e2e/lib_life.sh
. "$E2E_DIR/lib_life.sh"

readonly SERVER=/v1/pools/proxies/servers/server1

# write_tokens ADMIN: the daemon's file of tokens, replaced as an operator does it.
write_tokens() {
    jq -n --arg admin "$(printf %s "$1" | sha256sum | cut -d ' ' -f 1)" \
        --arg read "$(printf %s look | sha256sum | cut -d ' ' -f 1)" '
        [{name: "root", role: "admin", sha256: $admin}, {name: "watch", role: "read-only", sha256: $read}]' \
        >"$WORK/tokens.new"
    mv "$WORK/tokens.new" "$WORK/tokens.json"
}

make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=director \
        -addext "subjectAltName=IP:$1" -keyout "$WORK/key.pem" -out "$WORK/certificate.pem" 2>"$WORK/openssl.log"
}

# ask HOST TOKEN METHOD PATH [CURL-OPTION...]: from a lab host; the body to WORK/body, prints the status, or
# "curl CODE" if there was none.
ask() {
    local host=$1 token=$2 method=$3 path=$4 code=0 status
    shift 4
    status=$(on_host "$host" curl --silent --max-time 10 --cacert "$WORK/certificate.pem" --request "$method" \
        ${token:+--header "Authorization: Bearer $token"} --header 'Content-Type: application/json' \
        --output "$WORK/body" --write-out '%{http_code}' "$@" "$API$path") || code=$?
    if ((code == 0)); then printf '%s\n' "$status"; else printf 'curl %d\n' "$code"; fi
}

check_ask() { # DESCRIPTION EXPECTED ARGUMENT-OF-ask...
    local description=$1 expected=$2
    shift 2
    check_equal "$description" "$expected" "$(ask "$@")"
}

refused() { # METHOD STATUS: how many requests were refused before they came to a route
    director_get /metrics |
        awk -v name="sipsteer_api_requests_total{route=\"none\",method=\"$1\",status=\"$2\"}" '$1 == name { print $2 }'
}

roles() {
    check_ask "an administrator reads" 200 user1 root GET /v1
    check_json "and is told what the token is for" '.role == "admin"' "$(cat "$WORK/body")"
    check_ask "and changes" 200 user1 root PATCH "$SERVER" --data '{"weight": 200}'
    check_ask "a token for reading reads" 200 user1 look GET /v1
    check_json "and is told so" '.role == "read-only"' "$(cat "$WORK/body")"
    check_ask "explains" 200 user1 look POST /v1/explain --data-binary 'OPTIONS sip:a@b SIP/2.0'
    check_ask "and changes nothing" 403 user1 look PATCH "$SERVER" --data '{"weight": 300}'
    check_equal "the weight is the administrator's" 200 "$(director_get "$SERVER" | jq .weight)"
    check_ask "no token, no answer" 401 user1 '' GET /v1/status
    check_ask "whether it lives, everybody may know" 200 user1 '' GET /healthz
    check_ask "a wrong token is refused" 401 user1 guess GET /v1/status
    check_ask "again" 401 user1 guess2 GET /v1/status
    check_equal "the log warns of wrong tokens, once in a minute" 1 "$(log_lines api_wrong_tokens)"
    check "and names the client" grep -q "event=api_wrong_tokens .*client=$(host_address user1 "$FAMILY")" \
        "$(director_file log)"
    check_equal "what was refused is counted" "3 1" "$(refused GET 401) $(refused PATCH 403)"
}

# The changes of roles(), as the events tell them: over TCP only the first one was made.
audit() {
    local from
    from=$(host_address user1 "$FAMILY")
    check_json "the audit says who changed what, and from where" \
        '[.events[] | select(.type == "api_change")] | length == 1 and (.[0] | .who == "root" and .from == "'"$from"'"
            and .request == "PATCH '"$SERVER"'" and (.change | test("^weight: [0-9]+ -> 200$")))' \
        "$(director_get '/v1/events?type=api_change')"
    check "the log warns that others can read the file of tokens" \
        grep -q 'event=api_secret_open .*tokens.json.* mode=0644' "$(director_file log)"
}

another_file() {
    write_tokens fresh
    check_ask "another file of tokens is good at once" 200 user1 fresh GET /v1/status
    check_ask "and the token of the old one is not" 401 user1 root GET /v1/status
}

transport() {
    check_ask "TLS 1.2 will do" 200 user1 fresh GET /v1 --tls-max 1.2
    check_ask "TLS 1.1 will not" "curl 35" user1 fresh GET /v1 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0
    local code=0
    on_host user1 curl --silent --max-time 10 "${API/https/http}/healthz" >/dev/null || code=$?
    check "plain text on the port of TLS gets no answer (curl: $code)" test "$code" = 52 -o "$code" = 56
    check_ask "and harms nobody" 200 user1 fresh GET /v1
}

# Another pair at SIGHUP; after a bad key the old pair stays.
certificates() {
    make_certificate "$(host_address director "$FAMILY")"
    check_ask "the certificate on the disk is not in use yet" "curl 60" user1 fresh GET /v1
    kill -HUP "$(director_pid)"
    check "at SIGHUP the daemon reads it" wait_until 60 grep -q event=api_certificate_read "$(director_file log)"
    check_ask "and uses it" 200 user1 fresh GET /v1
    echo broken >"$WORK/key.pem"
    kill -HUP "$(director_pid)"
    check "a bad key is refused" wait_until 60 grep -q event=api_certificate_refused "$(director_file log)"
    check_ask "and the old one stays in use" 200 user1 fresh GET /v1
}

# The director has many addresses of its own to come from: 127/8.
slow_clients() {
    nsenter --net="/run/netns/$(host_get director netns)" -- \
        "$E2E_DIR/api_idle.py" 8443 127.0.0.{2,3,4,5,6,7} >"$WORK/idle" &
    STARTED+=($!)
    wait_until 60 grep -qs open "$WORK/idle" || die "there are no idle clients"
    check_ask "120 idle clients of six addresses keep nobody out" 200 user1 fresh GET /v1
    check_ask "the next one neither" 200 user2 fresh PATCH "$SERVER" --data '{"weight": 100}'
    check_equal "nor anybody from the Unix socket" alive "$(director_get /healthz | jq -r .status)"
    check "the log says that there were too many" grep -q 'event=api_too_many_connections' "$(director_file log)"
    stop_pid "${STARTED[-1]}" || true
}

e2e_begin api-access "$@"
make_certificate "$(host_address director "$FAMILY")"
write_tokens root
API=https://$(host_address director "$FAMILY"):8443
start_proxies record-route
start_director '.api += {tokens_file: "'"$WORK"'/tokens.json", listen: [{address: "0.0.0.0:8443",
    tls: {certificate: "'"$WORK"'/certificate.pem", key: "'"$WORK"'/key.pem"}}]}'
roles
audit
another_file
transport
certificates
slow_clients
e2e_end
