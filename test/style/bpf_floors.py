#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# The data plane's headers stand on the floors that bpf/README.md gives them: each includes only what
# stands below it, or to its left on its own floor.
"""Usage: test/style/bpf_floors.py"""
import pathlib
import re
import sys

BPF = pathlib.Path(__file__).resolve().parent.parent.parent / 'bpf'


def places():
    """Floor and place of each file, from the table."""
    found = {}
    for line in (BPF / 'README.md').read_text().splitlines():
        row = re.match(r'\| (\d+) ', line)
        for place, name in enumerate(re.findall(r'\]\(([a-z_.]+\.[ch])\)', line) if row else []):
            found[name] = (int(row[1]), place)
    return found


def faults_of(path, place):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'#include "([a-z_]+\.h)"', line)
        if include and not place.get(include[1], (99, 0)) < place[path.name]:
            yield f'bpf/{path.name}:{number}: {include[1]} does not stand below {path.name} (bpf/README.md)'


def main():
    place = places()
    files = sorted(BPF.glob('*.[ch]'))
    faults = [f'bpf/{path.name}: bpf/README.md gives it no floor' for path in files if path.name not in place]
    faults += [f'bpf/README.md: there is no {name}' for name in place if not (BPF / name).exists()]
    for path in files:
        if path.name in place:
            faults += faults_of(path, place)
    print('\n'.join(faults) or f'{len(files)} files stand on their floors')
    return 1 if faults or not files else 0


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        sys.exit(0 if sys.argv[1] in ('--help', '-h') else 2)
    sys.exit(main())
