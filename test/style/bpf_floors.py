#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# The data plane's headers stand on the floors that bpf/README.md gives them, a folder each: a header
# includes only what stands below it, or to its left on its own floor.
"""Usage: test/style/bpf_floors.py"""
import pathlib
import re
import sys

BPF = pathlib.Path(__file__).resolve().parent.parent.parent / 'bpf'


def places():
    """Floor and place of each file, by its path below bpf/, from the table."""
    found = {}
    for line in (BPF / 'README.md').read_text().splitlines():
        row = re.match(r'\| (\d+) (?:`([a-z]+)`)?', line)
        for place, name in enumerate(re.findall(r'\]\(([a-z_./]+\.[ch])\)', line) if row else []):
            found[name] = (int(row[1]), place)
            folder = str(pathlib.PurePath(name).parent)
            if folder != (row[2] or '.'):
                yield f'bpf/README.md: {name} does not lie in the folder of floor {row[1]}', None
    yield None, found


def faults_of(path, name, place):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'#include "([a-z_./]+\.h)"', line)
        if not include:
            continue
        included = (path.parent / include[1]).resolve().relative_to(BPF).as_posix()
        if not place.get(included, (99, 0)) < place[name]:
            yield f'bpf/{name}:{number}: {included} does not stand below {name} (bpf/README.md)'


def main():
    *strays, (_, place) = places()
    faults = [fault for fault, _ in strays]
    files = {path.relative_to(BPF).as_posix(): path for path in sorted(BPF.rglob('*.[ch]'))}
    faults += [f'bpf/{name}: bpf/README.md gives it no floor' for name in files if name not in place]
    faults += [f'bpf/README.md: there is no {name}' for name in place if name not in files]
    for name, path in files.items():
        if name in place:
            faults += faults_of(path, name, place)
    print('\n'.join(faults) or f'{len(files)} files stand on their floors')
    return 1 if faults or not files else 0


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        sys.exit(0 if sys.argv[1] in ('--help', '-h') else 2)
    sys.exit(main())
