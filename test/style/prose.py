# SPDX-License-Identifier: Apache-2.0
"""Sentences of the project's texts: mdoc, Markdown, help texts and strings in other files."""

import dataclasses
import re

# Macros that end a sentence, whatever its last character is.
BREAKS = {"Sh", "Ss", "Pp", "It", "Bl", "El", "Bd", "Ed", "Dl", "D1", "Nm", "Nd", "Rs", "Re"}
# Macros whose arguments are no prose.
SILENT = {"Dd", "Dt", "Os", "Nd", "Bl", "El", "Bd", "Ed", "Rs", "Re", "%T", "%O", "Sh", "Ss", "It", "Dl", "Pp"}
CALLABLE = {"Ar", "Cm", "Fl", "Pa", "Li", "Dq", "Ql", "Pq", "Op", "Ns", "No", "Xr", "Sx", "Em", "Dv", "Ev", "Nm"}


@dataclasses.dataclass
class Sentence:
    """A sentence and the line of the file that it begins in."""

    line: int
    text: str

    def words(self):
        return [word for word in self.text.split() if re.search(r"\w", word)]


class Collector:
    """Joins pieces of text to sentences."""

    def __init__(self):
        self.sentences = []
        self._line = 0
        self._pieces = []

    def add(self, line, text):
        """A piece of text; a full stop before a blank or at its end closes a sentence."""
        start = 0
        for stop in re.finditer(r"[.?!](?=[)\"'”’`*]*(\s+[A-Z`\"(*]|\s*$))", text):
            self._piece(line, text[start : stop.end()])
            if not is_abbreviation(text[: stop.end()]):
                self.close()
            start = stop.end()
        self._piece(line, text[start:])

    def _piece(self, line, text):
        text = text.strip()
        if not text:
            return
        if not self._pieces:
            self._line = line
        self._pieces.append(text)

    def close(self):
        """Ends the sentence that is open."""
        text = " ".join(self._pieces).strip(" \"'*_`-:")
        if text:
            self.sentences.append(Sentence(self._line, text))
        self._pieces = []


def is_abbreviation(text):
    return re.search(r"(\.\.\.|\b(e\.g|i\.e|etc|vs)\.)$", text) is not None


def mdoc(text):
    """Sentences of a manual page. Examples, headings and the synopsis are no prose."""
    collector, literal, synopsis = Collector(), False, False
    for number, line in enumerate(text.splitlines(), 1):
        words = line.lstrip(".").split()
        macro = words[0] if line.startswith(".") and words else None
        literal = macro == "Bd" or (literal and macro != "Ed")
        if macro == "Sh":
            synopsis = words[1:] == ["SYNOPSIS"]
        if literal or synopsis or line.startswith('.\\"'):
            collector.close()
            continue
        if macro in BREAKS and not (macro == "Nm" and len(words) == 1):
            collector.close()
        if macro in SILENT:
            continue
        collector.add(number, mdoc_words(words) if macro else unescape(line))
    collector.close()
    return collector.sentences


def unescape(text):
    return re.sub(r"\\\(dq", '"', text).replace("\\&", "").replace("\\", "")


def mdoc_words(words):
    """The text of a macro line: arguments without the macros among them, delimiters joined."""
    shown = ["NAME"] if words == ["Nm"] else [w for w in words[1:] if w not in CALLABLE]
    return re.sub(r" ([.,:;?!)])(?=( |$))", r"\1", unescape(" ".join(shown)))


def markdown(text, first=1):
    """Sentences of a Markdown document: no code, nothing between <!-- words: off --> and on."""
    collector, skipped = Collector(), False
    for number, line in enumerate(text.splitlines(), first):
        stripped = line.strip()
        skipped ^= stripped.startswith(("```", "<!-- words: "))
        if skipped or re.match(r"([-*`]|\d+\.|#+|\||>|<!--|$)", stripped):
            collector.close()
        if skipped or stripped.startswith(("```", "<!--")):
            continue
        for cell in stripped.strip("|").split(" | ") if stripped.startswith("|") else [stripped]:
            collector.add(number, re.sub(r"^([-*>]|\d+\.|#+)\s+", "", cell))
            if stripped.startswith("|"):
                collector.close()
    collector.close()
    return collector.sentences


def plain(text):
    """Sentences of a help text: an empty line, an option or a second column begins another one."""
    collector, indent = Collector(), 0
    for number, line in enumerate(text.splitlines(), 1):
        depth = len(line) - len(line.lstrip())
        *names, words = re.split(r"\s{2,}", line.strip())
        if names or not words or depth < indent or re.match(r"(-|Usage)", words):
            collector.close()
        indent = depth + 1 if names else depth  # what goes on is further to the right
        collector.add(number, words)
    collector.close()
    return collector.sentences


def strings(text):
    """Sentences in double quotes, adjacent quotes joined, as in C++, JavaScript, YAML and JSON; no comments."""
    text = re.sub(r"'(\\.|[^\\'\n])'", "' '", re.sub(r"(?<![:\"'])//.*", "", text))
    collector = Collector()
    for found in re.finditer(r'"((?:[^"\\\n]|\\.)*)"(?:\s*"((?:[^"\\\n]|\\.)*)")*', text):
        words = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', found.group(0)))
        if " " in words:
            collector.add(text.count("\n", 0, found.start()) + 1, words.replace('\\"', '"').replace("\\n", " "))
        collector.close()
    return collector.sentences


def html(text):
    """Sentences of a page: a tag that is not within a line of text begins another one."""
    collector = Collector()
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"<(?!/?(code|strong|em|a)\b)", line):
            collector.close()
        collector.add(number, re.sub(r"<[^>]*>", "", line))
    collector.close()
    return collector.sentences
