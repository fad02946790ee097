#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Every source file says its licence in its first lines, and the right one: bpf/, include/ and all C that
# is loaded into the kernel are GPL-2.0 OR BSD-2-Clause; the rest is Apache-2.0.
"""Usage: test/style/spdx.py"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINE = re.compile(r'SPDX-License-Identifier: ([A-Za-z0-9. -]*[A-Za-z0-9])')

# By name; a script without a suffix is known by its first line.
SOURCE = re.compile(r'\.(c|h|cpp|hpp|py|sh|js|mjs|css|html|svg|cmake|ya?ml|service|xml|cfg|jq|pml|[158])$'
                    r'|(^|/)(CMakeLists\.txt|\.flake8|\.clangd|Dockerfile)$')

KERNEL = 'GPL-2.0 OR BSD-2-Clause'
OTHER = 'Apache-2.0'


def licences(name):
    """Those that a file may have."""
    if re.fullmatch(r'(bpf|include)/.*\.[ch]|test/.*\.bpf\.c', name):
        return [KERNEL]
    if re.fullmatch(r'test/(bench|table)/.*\.h', name):  # shared with such a program, or not
        return [KERNEL, OTHER]
    return [OTHER]


def head_of(path):
    with path.open('rb') as file:
        return file.read(600).decode('utf-8', 'replace')


def fault(name, head):
    found = LINE.search('\n'.join(head.splitlines()[:5]))
    if not found:
        return f'no line "SPDX-License-Identifier: {licences(name)[0]}" at its head'
    if found[1] not in licences(name):
        return f'{found[1]}, not {licences(name)[0]}'
    return None


def main():
    sources, faults = 0, 0
    for path in sorted(ROOT.rglob('*')):
        name = path.relative_to(ROOT).as_posix()
        if re.match(r'(\.git|build|test/fuzz/corpus)/', name) or not path.is_file():
            continue
        head = head_of(path)
        if not SOURCE.search(name) and not head.startswith('#!'):
            continue
        sources += 1
        wrong = fault(name, head)
        if wrong:
            faults += 1
            print(f'{name}: {wrong}')
    if faults or not sources:
        return 1
    print(f'{sources} files say their licence')
    return 0


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        sys.exit(0 if sys.argv[1] in ('--help', '-h') else 2)
    sys.exit(main())
