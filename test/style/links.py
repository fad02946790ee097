#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Every relative link in a Markdown file leads to a file of the project, and to a heading if it names one.
# So does every path in backquotes that begins with a folder of the project.
"""Usage: test/style/links.py"""
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r'!?\[[^\]]*\]\(([^()\s]+(?:\([^()]*\))?)\)')
FENCE = re.compile(r'^ *(```|~~~)')
SPAN = re.compile(r'`((?:bpf|controller|deploy|include|test|tools)/[^`\s]*)`')
OUTSIDE = re.compile(r'^[a-z][a-z0-9+.-]*:')


def markdown_files():
    for path in sorted(ROOT.rglob('*.md')):
        if not {'.git', 'build', 'node_modules'} & set(path.relative_to(ROOT).parts):
            yield path


def prose(path):
    """The lines outside of code, with their numbers."""
    fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.startswith('    '):
            yield number, line


@functools.cache
def anchors(path):
    """The anchors of a file's headings: small letters, blanks as hyphens, no punctuation."""
    found = set()
    fenced = False
    for line in path.read_text().splitlines():
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and re.match(r'#+ ', line):
            text = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', line.lstrip('#').strip().lower())
            anchor = re.sub(r'[^\w\- ]', '', text).replace(' ', '-')
            same = sum(1 for other in found if re.fullmatch(re.escape(anchor) + r'(-\d+)?', other))
            found.add(f'{anchor}-{same}' if same else anchor)
    return found


def fault(path, target):
    """What is wrong with a link, or None."""
    if OUTSIDE.match(target):
        return None
    name, _, anchor = target.partition('#')
    there = (path.parent / name).resolve() if name else path
    if ROOT not in [there, *there.parents]:
        return 'leads out of the project'
    if not there.exists():
        return 'there is no such file'
    if anchor and there.suffix == '.md' and anchor not in anchors(there):
        return f'there is no heading #{anchor}'
    return None


def path_fault(name):
    """The same of a path in backquotes. Capitals and stars stand for names."""
    if re.search(r'[A-Z*]', name.replace('README', '').replace('FIGURES', '').replace('CMakeLists', '')):
        return None
    return None if (ROOT / name).exists() else 'there is no such file'


def faults_of(path, line):
    """(target, what is wrong or None) of each link and path of a line."""
    for target in LINK.findall(re.sub(r'`[^`]*`', '``', line)):
        yield target, fault(path, target)
    if path.name != 'CHANGELOG.md':  # it tells of what was
        for name in SPAN.findall(line):
            yield name, path_fault(name)


def main():
    links, faults = 0, 0
    for path in markdown_files():
        for number, line in prose(path):
            for target, wrong in faults_of(path, line):
                links += 1
                if wrong:
                    faults += 1
                    print(f'{path.relative_to(ROOT)}:{number}: {target}: {wrong}')
    if not links:
        print('no link found: is this the project?')
    if faults or not links:
        return 1
    print(f'{links} links and paths lead somewhere')
    return 0


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        sys.exit(0 if sys.argv[1] in ('--help', '-h') else 2)
    sys.exit(main())
