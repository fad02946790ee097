#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/events.md lists the events that the sources log from level info on: name, level, fields.

Events of calls, which only a stream has, are a list of their own in the page; they come from calls/call_events.cpp.

Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 2 wrong use.
"""

import argparse
import pathlib
import re
import sys

CALL = re.compile(r"\blog::(info|warn|error)\(\s*")
NAME = re.compile(r'"([a-z_]+)"')
FIELD = re.compile(r'\{\s*"([a-z_]+)"\s*,')
ROW = re.compile(r"^\| `([a-z_]+)` \| ([a-z, ]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
WORDS = {"info": "info", "warn": "warning", "error": "error"}

# Files that log under a name they are given: where the name is written instead.
GIVEN = {
    "http/alarm.cpp": re.compile(r'(?:\bAlarm \w+|make_shared<Alarm>)[({]"([a-z_]+)"'),
    "http/listener.cpp": re.compile(r'\blog_exception\("([a-z_]+)"'),
}
LEAST_EVENTS = 100


def arguments_at(text, begin):
    """What stands between the parenthesis that has just opened and its end."""
    depth, quoted = 1, False
    for i in range(begin, len(text)):
        if text[i] == '"' and text[i - 1] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (text[i] in "({") - (text[i] in ")}")
            if depth == 0:
                return text[begin:i]
    return text[begin:]


def events_of(root, problems):
    """(levels, fields) of each event."""
    texts = {str(file.relative_to(root)): file.read_text() for file in sorted(root.rglob("*.[ch]pp"))}
    events = {}
    for path, text in texts.items():
        for call in CALL.finditer(text):
            arguments = arguments_at(text, call.end())
            name = NAME.match(arguments)
            either = NAME.findall(arguments.split("{")[0])  # of two, by a condition
            names = [name[1]] if name else either or given_names(path, texts)
            if not names:
                problems.append(f"{path}: an event without a name that this test finds: {arguments[:60]!r}")
            for one in names:
                levels, fields = events.setdefault(one, (set(), set()))
                levels.add(WORDS[call[1]])
                fields.update(FIELD.findall(arguments))
    return events


def given_names(path, texts):
    return [name for text in texts.values() for name in GIVEN[path].findall(text)] if path in GIVEN else []


def rows_of(page, problems):
    rows, order = {}, []
    for name, levels, fields, meaning in ROW.findall(page):
        if name in rows:
            problems.append(f"{name}: stands twice")
        rows[name] = (set(levels.split(", ")), set(re.findall(r"`([a-z_]+)`", fields)))
        order.append(name)
        if len(meaning) < 10:
            problems.append(f"{name}: no words on what it means")
    if order != sorted(order):
        problems.append("the events are not in the order of the alphabet")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=pathlib.Path, help="the folder controller")
    parser.add_argument("page", type=pathlib.Path, help="deploy/events.md")
    parser.add_argument("--rows", action="store_true", help="print the rows that the page should have, without meanings")
    options = parser.parse_args()
    problems = []
    events = events_of(options.sources, problems)
    if options.rows:
        for name, (levels, fields) in sorted(events.items()):
            listed = ", ".join(f"`{field}`" for field in sorted(fields))
            print(f"| `{name}` | {', '.join(sorted(levels))} | {listed} |")
        return 0
    rows = rows_of(options.page.read_text(), problems)
    if len(events) < LEAST_EVENTS:
        problems.append(f"only {len(events)} events were found in the sources")
    problems += [f"{name}: not in the page; --rows prints its row" for name in sorted(set(events) - set(rows))]
    problems += [f"{name}: in the page, but nothing logs it" for name in sorted(set(rows) - set(events))]
    for name in sorted(set(rows) & set(events)):
        for what, logged, listed in zip(("levels", "fields"), events[name], rows[name]):
            if logged != listed:
                problems.append(f"{name}: {what} {sorted(listed)}, but the sources have {sorted(logged)}")
    print(("not ok - " if problems else "ok - ") + f"the page lists the {len(events)} events of the sources")
    for problem in problems:
        print("#   " + problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
