#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the SBOM of the packages: SPDX 2.3 as JSON, on the standard output.

    sbom BUILD-DIRECTORY PACKAGE.deb...

Nothing in it is written by hand. Libraries are those that the programs ask the loader for. The code in the programs
comes from Debian packages, too: those of the headers that the compiler read (Ninja keeps them) and of the page's chart
library. The time is SOURCE_DATE_EPOCH, or the newest change of the packages.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess

PROGRAMS = ("bin/sipsteerd", "bin/sipsteer", "libexec/sipsteer/sipsteer-host")
HOME = "https://sipsteer.example"


def output_of(*command, code=(0,)):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in code:
        raise SystemExit(f"sbom: {command[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def owners(paths):
    """The Debian packages that the files belong to. A file of none, for example our own, is left out."""
    asked = set()
    for path in paths:
        real = os.path.realpath(path)
        asked |= {path, real, real.removeprefix("/usr")}
    found = set()
    # A path that is not known makes the exit code 1. The list is cut: a command line has an end.
    for start in range(0, len(asked), 500):
        lines = output_of("dpkg-query", "--search", *sorted(asked)[start : start + 500], code=(0, 1))
        found |= {line.split(": ")[0].split(":")[0] for line in lines.splitlines() if ": /" in line}
    return found


def headers(build):
    """The files outside the sources that the controller was compiled from."""
    found, counts = set(), False
    for line in output_of("ninja", "-C", str(build), "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            counts = line.startswith("controller/")
        elif counts and line.strip().startswith("/usr/"):
            found.add(line.strip())
    return found


def libraries(programs):
    """The shared libraries that the programs name themselves."""
    found = set()
    for program in programs:
        dynamic = output_of("readelf", "--dynamic", "--wide", str(program))
        named = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
        for name, path in re.findall(r"(\S+) => (/\S+)", output_of("ldd", str(program))):
            if name in named:
                found.add(path)
    return found


def chart_library(build):
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(r"^CHART_JS:\w+=(.*)$", cache, re.MULTILINE).group(1)


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def entry(name, version, architecture, vendor):
    return {
        "SPDXID": identifier(name),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/{vendor}/{name.replace('+', '%2B')}@"
                f"{version.replace('+', '%2B')}?arch={architecture}",
            }
        ],
    }


def installed(name):
    """The entry of a package of this host's distribution."""
    form = "${Version} ${Architecture}\\n"
    version, architecture = output_of("dpkg-query", "--show", f"--showformat={form}", name).split("\n")[0].split()
    return entry(name, version, architecture, "debian")


def made(package):
    """The entry of a package of ours."""
    fields = output_of("dpkg-deb", "--field", str(package), "Package", "Version", "Architecture")
    name, version, architecture = re.findall(r": (.*)", fields)
    result = entry(name, version, architecture, "sipsteer")
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    result |= {
        "packageFileName": package.name,
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "licenseDeclared": "Apache-2.0 AND (GPL-2.0-only OR BSD-2-Clause)" if name == "sipsteer" else "Apache-2.0",
    }
    return result


def relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def describe(build, packages):
    ours = [made(package) for package in packages]
    director = identifier("sipsteer")
    linked = owners(libraries(build / name for name in PROGRAMS))
    compiled = owners(headers(build))
    contained = owners([chart_library(build)])
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", item["SPDXID"]) for item in ours]
    relations += [relation(director, "DYNAMIC_LINK", identifier(name)) for name in sorted(linked)]
    relations += [relation(identifier(name), "BUILD_DEPENDENCY_OF", director) for name in sorted(compiled)]
    relations += [relation(director, "CONTAINS", identifier(name)) for name in sorted(contained)]
    newest = max(int(package.stat().st_mtime) for package in packages)
    created = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", newest)), datetime.timezone.utc)
    digests = "".join(item["checksums"][0]["checksumValue"] for item in ours)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"sipsteer-{ours[0]['versionInfo']}",
        "documentNamespace": f"{HOME}/spdx/{hashlib.sha256(digests.encode()).hexdigest()}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: sipsteer-sbom"]},
        "packages": ours + [installed(name) for name in sorted(linked | compiled | contained)],
        "relationships": relations,
    }


def main():
    parser = argparse.ArgumentParser(description="Write the SBOM of the packages: SPDX 2.3 as JSON.")
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD-DIRECTORY")
    parser.add_argument("packages", type=pathlib.Path, nargs="+", metavar="PACKAGE.deb")
    options = parser.parse_args()
    print(json.dumps(describe(options.build, sorted(options.packages)), indent=1))


if __name__ == "__main__":
    main()
