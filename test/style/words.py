#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The project's texts are in plain words: no habit of words.toml, no endless sentence, no misspelling."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

sys.dont_write_bytecode = True  # the sources stay as they are
import prose  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest shows the test as skipped


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog="Exit code: 0 clean, 1 findings, 77 a tool is missing.")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="check this tree (default: the project)")
    parser.add_argument("--program", action="append", default=[], metavar="FILE",
                        help="check the help texts of this program and of its commands, too; repeatable")
    return parser.parse_args()


class Report:
    """Findings, one a line: where, the words, what to say instead."""

    def __init__(self):
        self.count = 0

    def add(self, place, words, advice):
        print(f"{place}: {words}: {advice}")
        self.count += 1


class Rules:
    """words.toml, ready to use."""

    def __init__(self, path):
        data = tomllib.loads(path.read_text())
        self.most_words = data["most_words"]
        self.files = data["files"]
        self.accepted = data["codespell"]["accept"]
        self.habits = [(re.compile(h["pattern"], re.IGNORECASE), h["say"], h["why"]) for h in data["habit"]]

    def check(self, report, name, sentences, counted):
        for sentence in sentences:
            place = f"{name}:{sentence.line}"
            for pattern, say, why in self.habits:
                for found in pattern.finditer(sentence.text):
                    report.add(place, f'"{found.group(0).strip()}"', f"say: {say} ({why})")
            words = sentence.words()
            if counted and len(words) > self.most_words:
                report.add(place, f'"{" ".join(words[:6])} ..."', f"{len(words)} words in a sentence, split it")


def unreleased(text):
    """The part of a changelog that is still written, and its first line. Past releases stay as they are."""
    start = text.find("## [Unreleased]")
    end = text.find("\n## [", start + 1)
    return text[max(start, 0): end if end > 0 else len(text)], text.count("\n", 0, max(start, 0)) + 1


def sentences_of(kind, path):
    text = path.read_text()
    if kind == "markdown":
        return prose.markdown(*(unreleased(text) if path.name == "CHANGELOG.md" else (text,)))
    return {"man": prose.mdoc, "strings": prose.strings, "html": prose.html}[kind](text)


def check_files(report, rules, root):
    """Checks the files that words.toml names; returns their number and the programs among them."""
    checked, programs = 0, []
    for kind, patterns in rules.files.items():
        for path in sorted({p for pattern in patterns for p in root.glob(pattern) if p.is_file()}):
            if kind == "help":
                programs += [str(path)] if os.access(path, os.X_OK) else []
            else:
                rules.check(report, path.relative_to(root), sentences_of(kind, path), counted=kind == "man")
                checked += 1
    return checked, programs


def help_texts(program):
    """The help text of a program, and of each command that it lists, by command line."""
    command = [program, "--help"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    yield " ".join(command), text
    subcommands = re.search(r"^Subcommands:\n((?:  .*\n|\n)*)", text, re.MULTILINE)
    for name in re.findall(r"^  ([a-z]+) ", subcommands.group(1) if subcommands else "", re.MULTILINE):
        command = [program, name, "--help"]
        yield " ".join(command), subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout


def check_help(report, rules, programs):
    for program in programs:
        for name, text in help_texts(program):
            rules.check(report, name.replace(program, pathlib.Path(program).name), prose.plain(text), counted=True)


def run_tool(command, root):
    """What a tool prints, or None if it is not installed."""
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def check_mandoc(report, root):
    pages = [str(p.relative_to(root)) for p in sorted(root.glob("deploy/man/*"))]
    lines = run_tool(["mandoc", "-T", "lint", *pages], root)
    if lines is None:
        return False
    for line in lines:
        # References are to pages that may not be installed here.
        if "referenced manual not found" not in line and "mandoc.db" not in line:
            _, place, message = re.split(r": ", line, maxsplit=2) if line.count(": ") > 1 else ("", "mandoc", line)
            report.add(place, "mandoc -T lint", message)
    return True


def check_spelling(report, rules, root):
    command = ["codespell", "--skip", "./build*,./.git,./.cache,*.pcap,*.pcapng,*.png,*.svg,./test/fuzz/corpus,words.toml,words_test.py",
               "--ignore-words-list", ",".join(rules.accepted), "--quiet-level", "38", "."]
    lines = run_tool(command, root)
    for line in lines or []:
        place, _, words = line.partition(": ")
        report.add(place.removeprefix("./"), "codespell", words)
    return lines is not None


def main():
    arguments = parse_arguments()
    rules, report = Rules(pathlib.Path(__file__).with_name("words.toml")), Report()
    checked, programs = check_files(report, rules, arguments.root)
    programs += arguments.program
    check_help(report, rules, programs)
    tools = {"mandoc": check_mandoc(report, arguments.root), "codespell": check_spelling(report, rules, arguments.root)}
    if report.count:
        sys.exit(f"{report.count} findings")
    missing = [tool for tool, ran in tools.items() if not ran]
    if missing:
        print(f"skipped: {', '.join(missing)} missing; install the packages of these names")
        sys.exit(SKIPPED)
    print(f"{checked} files and {len(programs)} programs are in plain words")


if __name__ == "__main__":
    main()
