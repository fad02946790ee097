#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The SBOM of the packages (deploy/package/sbom.py) against what dpkg says of them and of this host.
#
# Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
#
# shellcheck disable=SC2016,SC2317  # jq filters have their own $; check calls functions
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: test/install/sbom.sh BUILD-DIRECTORY FOLDER-OF-PACKAGES
USAGE
}

FAILED=0

check() { # DESCRIPTION COMMAND...: passes if the command succeeds; else shows what it said
    local description=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok - %s\n' "$description"
        return
    fi
    printf 'not ok - %s\n%s\n' "$description" "$output"
    FAILED=$((FAILED + 1))
}

of_sbom() { jq -re "$@" "$WORK/sbom.json"; } # JQ-OPTION...

# related NAME-OF-RELATION: names of packages, sorted.
related() {
    of_sbom --arg kind "$1" '(.packages | map({(.SPDXID): .name}) | add) as $names | .relationships[]
        | select(.relationshipType == $kind) | [.spdxElementId, .relatedSpdxElement]
        | map($names[.]) | map(select(. != "sipsteer"))[0] // empty' | sort
}

names_packages() {
    diff <(sha256sum "$PACKAGES"/*.deb | awk '{ sub(".*/", "", $2); print $1, $2 }' | sort) \
        <(of_sbom '.packages[] | select(.checksums) | "\(.checksums[0].checksumValue) \(.packageFileName)"' | sort)
}

# The package itself, or the one that provides it (libspdlog1.10-fmt9).
installed_name() { # NAME
    dpkg-query --show --showformat='${Package} ${Package}, ${Provides}\n' |
        awk -v name="$1" '{ gsub(/ \([^)]*\)|,/, ""); for (i = 2; i <= NF; i++) if ($i == name) print $1 }'
}

# The libraries that the package depends on; libc6 and the like, too.
links_what_dpkg_says() {
    local name
    diff <(dpkg-deb --field "$PACKAGES"/sipsteer_*.deb Depends | tr ',' '\n' | sed 's/ *|.*//; s/ (.*//; s/ //g' |
        grep -v '^systemd$' | while read -r name; do installed_name "$name"; done | sort) <(related DYNAMIC_LINK)
}

has_installed_versions() {
    local name version
    while read -r name version; do
        [[ $(dpkg-query --show --showformat='${Version}\n' "$name" | sed -n 1p) == "$version" ]] ||
            { echo "$name is not $version"; return 1; }
    done < <(of_sbom '.packages[] | select(.checksums | not) | "\(.name) \(.versionInfo)"')
}

# The header libraries that debian/copyright names, and the charts of the page.
has_compiled_code() {
    local name
    for name in libboost1.81-dev nlohmann-json3-dev libcli11-dev; do
        grep -qx "$name" < <(related BUILD_DEPENDENCY_OF) || { echo "$name is missing"; return 1; }
    done
    [[ $(related CONTAINS) == libjs-chart.js ]]
}

is_well_formed() {
    of_sbom '([.packages[].SPDXID] + ["SPDXRef-DOCUMENT"]) as $known | .spdxVersion == "SPDX-2.3"
        and ($known | length == (unique | length)) and all($known[]; test("^SPDXRef-[A-Za-z0-9.-]+$"))
        and ([.relationships[] | .spdxElementId, .relatedSpdxElement] - $known == [])
        and all(.packages[]; .name and .versionInfo and .downloadLocation and .externalRefs[0].referenceLocator)
        and (.creationInfo.created == "2026-01-01T00:00:00Z")'
}

write_sbom() { SOURCE_DATE_EPOCH=1767225600 "$SBOM" "$BUILD" "$PACKAGES"/*.deb >"$1"; } # FILE

is_the_same_again() { write_sbom "$WORK/again.json" && cmp "$WORK/sbom.json" "$WORK/again.json"; }

main() {
    (($# == 2)) || { usage >&2; exit 2; }
    BUILD=$1 PACKAGES=$2
    SBOM=$(realpath "$(dirname "$0")/../../deploy/package/sbom.py")
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
    check "it is written" write_sbom "$WORK/sbom.json"
    check "it is well-formed" is_well_formed
    check "it names the packages and their digests" names_packages
    check "it names the libraries that the package depends on" links_what_dpkg_says
    check "it names them in the versions of this host" has_installed_versions
    check "it names libraries that are in the programs" has_compiled_code
    check "it is the same again" is_the_same_again
    exit $((FAILED > 0))
}

main "$@"
