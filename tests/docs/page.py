"""A Markdown page as the tests see it: its fenced blocks with their marks, its headings and its links.

The marks stand in the info string of a fence, behind the language, where no renderer shows them:

    sh run                   run by sh in the page's folder; exit code 0 is expected
    sh run exit=1            another exit code is expected
    sh run torch             needs a Python with PyTorch; jax, tf and paddle likewise
    text output              what the block before printed; a line `...` stands for any lines
    python file=grl.py       written to that file in the page's folder
    c shows=docs/x.c         an excerpt of that file of the repository, line by line
    sh not-run="reason"      neither run nor compared, and why
"""

import pathlib
import re
import shlex
import unicodedata
from typing import NamedTuple

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)(?P=ticks)[ \t]*$", re.M | re.S)


class Block(NamedTuple):
    language: str
    marks: tuple        # the words of the info string behind the language
    body: str           # without the indentation of its fence
    indent: str
    line: int           # of the opening fence, from 1
    start: int          # where the body is in the text of the page
    end: int

    def has(self, mark):
        return mark in self.marks

    def value(self, key):
        """What stands behind KEY= in the marks, or None."""
        return next((mark[len(key) + 1:] for mark in self.marks if mark.startswith(key + "=")), None)


class Page:
    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.blocks = [block_of(self.text, fence) for fence in FENCE.finditer(self.text)]

    def prose(self):
        """The page with its fenced blocks blanked, so that no comment in them counts as a heading."""
        return FENCE.sub(lambda fence: "\n" * fence.group(0).count("\n"), self.text)

    def anchors(self):
        """The anchors of the headings, made as GitHub makes them."""
        seen = {}
        result = set()
        for title in re.findall(r"^#{1,6} +(.+?) *#*$", self.prose(), re.M):
            anchor = anchor_of(title)
            count = seen[anchor] = seen.get(anchor, -1) + 1
            result.add(anchor if count == 0 else f"{anchor}-{count}")
        return result

    def links(self):
        """(line, target) of each inline link, code spans left out."""
        for number, line in enumerate(self.prose().splitlines(), 1):
            without_code = re.sub(r"`[^`]*`", "code", line)
            for target in re.findall(r"\]\(([^()\s]+)\)", without_code):
                yield number, target


def block_of(text, fence):
    words = shlex.split(fence.group("info"))
    indent = fence.group("indent")
    body = re.sub(f"(?m)^{indent}", "", fence.group("body"))
    return Block(words[0] if words else "", tuple(words[1:]), body, indent,
                 text.count("\n", 0, fence.start()) + 1, fence.start("body"), fence.end("body"))


def anchor_of(title):
    plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", lambda m: m.group(1) or "", title).strip().lower()
    kept = [c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def pages(root):
    """README.md and every page under docs/, in a fixed order."""
    found = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [Page(root, path) for path in found]


def root_folder():
    return pathlib.Path(__file__).resolve().parents[2]
