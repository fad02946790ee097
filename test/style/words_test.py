#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""words.py finds what it should: sentences of each kind of text, habits, long sentences, bad pages."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the sources stay as they are
import prose  # noqa: E402

WORDS = pathlib.Path(__file__).with_name("words.py")

PAGE = r"""
.Dd November 29, 2026
.Dt X 1
.Os
.Sh NAME
.Nm x
.Nd a page
.Sh DESCRIPTION
{}
"""


def texts(sentences):
    return [sentence.text for sentence in sentences]


class Sentences(unittest.TestCase):
    def test_mdoc(self):
        page = ".Sh SYNOPSIS\n.Nm x\n.Op Fl y\n.Sh DESCRIPTION\nReads\n.Pa /etc/x .\nThen (5 s, etc.) it stops.\n.Dl x y\n"
        self.assertEqual(texts(prose.mdoc(page)), ["Reads /etc/x.", "Then (5 s, etc.) it stops."])
        self.assertEqual([s.line for s in prose.mdoc(page)], [5, 7])

    def test_mdoc_items(self):
        page = ".Bl -tag\n.It Li a\nWhat is left\n.It Li b\n.Dq c :\nd.\n.El\n"
        self.assertEqual(texts(prose.mdoc(page)), ["What is left", "c: d."])

    def test_markdown(self):
        page = "# One\n\nTwo\nthree. Four.\n- five\n\n```\nsix\n```\n| seven | eight |\n<!-- words: off -->\nnine\n<!-- words: on -->\n"
        self.assertEqual(texts(prose.markdown(page)), ["One", "Two three.", "Four.", "five", "seven", "eight"])

    def test_strings(self):
        code = 'f("one "\n  "two");\ng("three"); h("four \\"five\\"")'
        self.assertEqual(texts(prose.strings(code)), ["one two", 'four "five'])

    def test_help(self):
        text = "Usage: x [OPTIONS]\n\nOptions:\n  --one        Print one\n               or two\n  --three      Print three\n"
        self.assertIn("Print one or two", texts(prose.plain(text)))


class Findings(unittest.TestCase):
    """Runs words.py on a tree with one page."""

    def run_on(self, *lines):
        with tempfile.TemporaryDirectory() as root:
            directory = pathlib.Path(root, "deploy/man")
            directory.mkdir(parents=True)
            (directory / "x.1").write_text(PAGE.format("\n".join(lines)).lstrip())
            done = subprocess.run([sys.executable, WORDS, "--root", root], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout

    def test_clean(self):
        code, output = self.run_on("What is wrong here?", "One", *["two"] * 28, "end.")
        self.assertIn(code, (0, 77), output)

    def test_faults(self):
        code, output = self.run_on("What is not good is refused.", "Some recieve packets.", "One", *["two"] * 29, "end.",
                                   ".Bl -tag", ".It Li a", "b")
        self.assertEqual(code, 1)
        self.assertIn('deploy/man/x.1:8: "What is not"', output)
        self.assertIn('deploy/man/x.1:8: "is not good"', output)
        self.assertIn('deploy/man/x.1:10: "One two two two two two ...": 31 words in a sentence', output)
        if shutil.which("codespell"):
            self.assertIn("deploy/man/x.1:9: codespell: recieve ==> receive", output)
        if shutil.which("mandoc"):
            self.assertIn("mandoc -T lint: ", output)


if __name__ == "__main__":
    unittest.main()
