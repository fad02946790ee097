#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# .editorconfig says what is true of every file: charset, line ends, the final newline, trailing blanks,
# tabs, and the longest line.
"""Usage: test/style/editorconfig.py"""
import configparser
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def sections():
    """(pattern, settings) of each section, in order; later ones win."""
    parser = configparser.ConfigParser(default_section='')
    parser.read_string('[top]\n' + (ROOT / '.editorconfig').read_text())
    return [(as_pattern(name), dict(parser[name])) for name in parser.sections() if name != 'top']


def as_pattern(glob):
    """A section's glob as a pattern of whole paths: *, **, {a,b} and [x]."""
    out = ''
    for part in re.findall(r'\*\*|\*|\{[^}]*\}|\[[^\]]*\]|.', glob):
        if part == '**':
            out += '.*'
        elif part == '*':
            out += '[^/]*'
        elif part[0] == '{':
            out += '(' + '|'.join(map(re.escape, part[1:-1].split(','))) + ')'
        else:
            out += part if part[0] == '[' else re.escape(part)
    return re.compile(out if '/' in glob else '(.*/)?' + out)


def settings_of(name, all_sections):
    settings = {}
    for pattern, values in all_sections:
        if pattern.fullmatch(name):
            settings.update(values)
    return settings


def faults_of_bytes(data, settings):
    if settings.get('end_of_line') == 'lf' and b'\r' in data:
        yield 'a carriage return'
    if settings.get('insert_final_newline') == 'true' and data and not data.endswith(b'\n'):
        yield 'no newline at the end'
    try:
        data.decode('utf-8' if settings.get('charset') == 'utf-8' else 'latin-1')
    except UnicodeDecodeError:
        yield 'not UTF-8'


def faults_of_line(line, settings):
    if settings.get('trim_trailing_whitespace') == 'true' and line.rstrip(' \t') != line:
        yield 'blanks at the end'
    if settings.get('indent_style') == 'space' and re.match(r' *\t', line):
        yield 'a tab in the indent'
    longest = settings.get('max_line_length', 'off')
    if longest.isdigit() and len(line) > int(longest):
        yield f'{len(line)} characters, {longest} are allowed'


def faults_of(name, settings):
    data = (ROOT / name).read_bytes()
    if b'\0' in data:
        return  # no text
    for fault in faults_of_bytes(data, settings):
        yield f'{name}: {fault}'
    for number, line in enumerate(data.decode('utf-8', 'replace').splitlines(), 1):
        for fault in faults_of_line(line, settings):
            yield f'{name}:{number}: {fault}'


def project_files():
    for path in sorted(ROOT.rglob('*')):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not {'.git', 'build', '__pycache__'} & set(parts):
            yield '/'.join(parts)


def main():
    all_sections = sections()
    files, faults = 0, []
    for name in project_files():
        files += 1
        faults += faults_of(name, settings_of(name, all_sections))
    print('\n'.join(faults) or f'{files} files are as .editorconfig says')
    return 1 if faults or not files else 0


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        sys.exit(0 if sys.argv[1] in ('--help', '-h') else 2)
    sys.exit(main())
