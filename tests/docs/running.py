"""Runs the blocks of a page in a folder of their own, and compares what they print with what the page shows."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import NamedTuple

from page import root_folder

SECONDS_FOR_A_BLOCK = 300
FRAMEWORKS = ("torch", "jax", "tf", "paddle")  # the marks of blocks that need a Python with one of them


class Finding(NamedTuple):
    where: str
    message: str


class Folder:
    """A temporary folder that looks like the sources to a reader who stands in them: docs/ and include/ are
    copies, so that nothing can be written into the real ones; `gradproof` and, where one is given, `python3`
    are found on the PATH."""

    def __init__(self, program, python=None):
        self._whole = tempfile.TemporaryDirectory(prefix="gradproof-docs-")
        whole = pathlib.Path(self._whole.name).resolve()
        self.path = whole / "here"
        commands = whole / "bin"
        commands.mkdir()
        for name in ("docs", "include"):
            shutil.copytree(root_folder() / name, self.path / name)
        (commands / "gradproof").symlink_to(pathlib.Path(program).resolve())
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("GRADPROOF_")}
        self.environment["PATH"] = f"{commands}:{os.environ['PATH']}"
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"
        # What builds gradproof is there; make may not be.
        self.environment["CMAKE_GENERATOR"] = "Ninja"
        if python:
            # A link would lose the interpreter its virtual environment.
            wrapper = commands / "python3"
            wrapper.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n', encoding="utf-8")
            wrapper.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._whole.cleanup()

    def run(self, script):
        """(exit code, output) of a script: standard output and error together, as a terminal has them."""
        done = subprocess.run(["sh", "-e", "-c", script], cwd=self.path, env=self.environment, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS_FOR_A_BLOCK)
        text = done.stdout.decode("utf-8", "replace")
        return done.returncode, text.replace(str(self.path) + "/", "").replace(str(root_folder()) + "/", "")


def normalised(text):
    """The text without what differs from run to run and from machine to machine: seconds, versions, restarts."""
    text = re.sub(r"\b\d+(\.\d+)? s\b", "N s", text)
    text = re.sub(r"[\d,]+ graphs/s", "N graphs/s", text)
    text = re.sub(r"(PyTorch|JAX|TensorFlow|Keras|PaddlePaddle) \d[^\s,]*", r"\1 N", text)
    text = re.sub(r"; the subject was started again \d+ times?", "", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def agrees(shown, printed):
    """Whether the shown text is the printed one, where a line `...` stands for any lines, none included."""
    parts = re.split(r"(?m)^\s*\.\.\.$\n?", normalised(shown) + "\n")
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, normalised(printed) + "\n") is not None


def mark_trouble(page, block, before):
    """What is wrong with the marks of a block, or None."""
    kinds = [kind for kind in ("run", "output") if block.has(kind)]
    kinds += [key for key in ("file", "shows", "not-run") if block.value(key) is not None]
    if len(kinds) != 1:
        return "a block needs exactly one mark of run, output, file=, shows= and not-run=\"reason\"; it has " + (
            ", ".join(kinds) or "none")
    if block.has("output") and not (before is not None and before.has("run")):
        return "an output needs a block that is run right before it"
    if block.value("not-run") is not None and len(block.value("not-run").split()) < 3:
        return "not-run needs a reason in words"
    return None


class PageRun:
    """The blocks of one page, run from top to bottom. `findings` says what is not as shown, `skipped` which blocks
    need a framework that is not there, `replacements` what the page would have to show instead."""

    def __init__(self, page, program, framework=None, python=None):
        self.page, self.program, self.framework, self.python = page, program, framework, python
        self.findings, self.skipped, self.replacements = [], [], []
        self.ran = 0

    def where(self, block):
        return f"{self.page.name}:{block.line}"

    def go(self):
        with Folder(self.program, self.python) as folder:
            before, printed = None, None
            for block in self.page.blocks:
                trouble = mark_trouble(self.page, block, before)
                if trouble:
                    self.complain(block, trouble)
                elif block.has("run"):
                    printed = self.run(folder, block)
                elif block.has("output") and printed is not None:
                    self.compare(block, printed)
                elif block.value("file") is not None:
                    self.write(folder, block)
                elif block.value("shows") is not None:
                    self.compare_excerpt(block)
                before = block
        return self

    def complain(self, block, message):
        self.findings.append(Finding(self.where(block), message))

    def run(self, folder, block):
        if any(block.has(framework) and framework != self.framework for framework in FRAMEWORKS):
            self.skipped.append(self.where(block))
            return None
        expected = int(block.value("exit") or 0)
        try:
            code, printed = folder.run(block.body)
        except subprocess.TimeoutExpired:
            self.complain(block, f"not done after {SECONDS_FOR_A_BLOCK} s")
            return None
        self.ran += 1
        if code != expected:
            self.complain(block, f"exit code {code}, where {expected} is expected; it printed:\n{printed}")
        return printed

    def compare(self, block, printed):
        if agrees(block.body, printed):
            return
        if re.search(r"(?m)^\s*\.\.\.$", block.body) is None:
            self.replacements.append((block, printed.strip("\n") + "\n"))
        self.complain(block, f"the page shows\n{block.body}\nand the program printed\n{printed}")

    @staticmethod
    def write(folder, block):
        path = folder.path / block.value("file")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body, encoding="utf-8")

    def compare_excerpt(self, block):
        path = root_folder() / block.value("shows")
        if not path.is_file():
            self.complain(block, f"there is no file {block.value('shows')}")
        elif "\n" + block.body not in "\n" + path.read_text(encoding="utf-8"):
            self.complain(block, f"{block.value('shows')} does not hold these lines")

    def rewrite(self):
        """Puts what was printed into the page; a block with `...` in it is left to its author."""
        text = self.page.text
        for block, printed in sorted(self.replacements, key=lambda r: r[0].start, reverse=True):
            indented = re.sub(r"(?m)^(?=.)", block.indent, printed)
            text = text[:block.start] + indented + text[block.end:]
        self.page.path.write_text(text, encoding="utf-8")
