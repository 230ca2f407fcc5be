"""Keeps README.md and docs/ true: blocks that are marked to be run are run, links lead somewhere, generated pages
are what the program says.

GRADPROOF_PROGRAM is the program. UPDATE=1 rewrites the shown outputs and the generated pages; the review is the
diff. Blocks that need a framework are left to docs_framework_test.py, and named here.
"""

import os
import re
import sys
import unittest

import generate_reference
from page import pages, root_folder
from running import PageRun, agrees

ROOT = root_folder()
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")
UPDATE = os.environ.get("UPDATE") == "1"

# Pages whose blocks bear no marks, because a test of their own knows what to do with them.
TESTED_ELSEWHERE = {
    "docs/how-to/c-plugin.md": "tests/docs/docs_test.py",  # CPluginPage, below
    "docs/reference/protocol.md": "tests/adapter/test_protocol_page.py",
}

# How a machine's own folders begin; /proc and the like are the same everywhere.
MACHINE_PATH = re.compile(r"(?<![\w.~$}\-/:])/(?:home|root|work|tmp|usr|opt|mnt|var|Users|build)/[\w.]")


def marked_pages():
    return [page for page in pages(ROOT) if page.name not in TESTED_ELSEWHERE]


def report(findings):
    return "\n".join(f"{finding.where}: {finding.message}" for finding in findings)


def check_pages(case, wanted, framework=None, python=None):
    """Runs each page as a subtest; with UPDATE=1 a page is rewritten and run once more. Returns the runs."""
    runs = []
    for page in wanted:
        with case.subTest(page=page.name):
            run = PageRun(page, PROGRAM, framework, python).go()
            if UPDATE and run.replacements:
                run.rewrite()
                fresh = next(p for p in pages(ROOT) if p.name == page.name)
                run = PageRun(fresh, PROGRAM, framework, python).go()
            runs.append(run)
            case.assertFalse(run.findings, "\n" + report(run.findings))
    return runs


class Pages(unittest.TestCase):
    def test_blocks(self):
        runs = check_pages(self, marked_pages())
        skipped = [where for run in runs for where in run.skipped]
        if skipped:
            print(f"{len(skipped)} blocks need a framework and were skipped:", ", ".join(skipped), file=sys.stderr)
        self.assertGreaterEqual(sum(run.ran for run in runs), 10)

    def test_links(self):
        known = {page.name: page for page in pages(ROOT)}
        for page in known.values():
            for line, target in page.links():
                if re.match(r"[a-z]+:", target):
                    continue
                with self.subTest(page=page.name, line=line, target=target):
                    self.check_link(known, page, target)

    def check_link(self, known, page, target):
        path, _, anchor = target.partition("#")
        file = (page.path.parent / path).resolve() if path else page.path
        self.assertTrue(file.exists(), "it leads nowhere")
        self.assertTrue(file.is_relative_to(ROOT), "it leads out of the sources")
        if anchor:
            linked = known.get(file.relative_to(ROOT).as_posix())
            self.assertIsNotNone(linked, "an anchor in something that is no page")
            self.assertIn(anchor, linked.anchors())

    def test_every_page_can_be_reached(self):
        known = {page.path.resolve(): page for page in pages(ROOT)}
        reached, waiting = set(), [(ROOT / "README.md").resolve()]
        while waiting:
            page = known[waiting.pop()]
            reached.add(page.path.resolve())
            for _, target in page.links():
                file = (page.path.parent / target.partition("#")[0]).resolve()
                if file in known and file not in reached:
                    waiting.append(file)
        decisions = {path for path in known if "decisions" in path.parts}
        self.assertEqual(set(), {known[path].name for path in set(known) - reached - decisions})

    def test_no_path_of_a_machine(self):
        for page in pages(ROOT):
            for number, line in enumerate(page.text.splitlines(), 1):
                with self.subTest(page=page.name, line=number):
                    self.assertNotRegex(line, MACHINE_PATH)

    def test_pages_without_marks_have_their_test(self):
        for name, test in TESTED_ELSEWHERE.items():
            self.assertTrue((ROOT / name).is_file(), name)
            self.assertIn(name.rsplit("/", 1)[1], (ROOT / test).read_text(encoding="utf-8"))


class GeneratedPages(unittest.TestCase):
    def test_they_are_what_the_program_says(self):
        for path, text in generate_reference.pages(PROGRAM, ROOT):
            with self.subTest(page=path.name):
                if UPDATE:
                    path.write_text(text, encoding="utf-8")
                shown = path.read_text(encoding="utf-8") if path.is_file() else ""
                self.assertEqual(text, shown, f"{path.name} is out of date; UPDATE=1 rewrites it")


class CPluginPage(unittest.TestCase):
    """docs/how-to/c-plugin.md, c-plugin.md for short: its C block is grl.c, its shell block compiles and judges it."""

    def test_the_layer_on_the_page_is_verified(self):
        from running import Folder
        page = next(p for p in pages(ROOT) if p.name == "docs/how-to/c-plugin.md")
        source = [block for block in page.blocks if block.language == "c"]
        commands = [block for block in page.blocks if block.language == "sh"]
        self.assertEqual((1, 1), (len(source), len(commands)), "the page has changed; this test has to follow")
        with Folder(PROGRAM) as folder:
            (folder.path / "grl.c").write_text(source[0].body, encoding="utf-8")
            code, printed = folder.run(commands[0].body)
        self.assertEqual(0, code, printed)
        self.assertIn("\nVERIFIED\n", printed)


class Comparing(unittest.TestCase):
    """The comparison itself has to be able to fail."""

    def test_it_tells_texts_apart(self):
        self.assertTrue(agrees("a 1.2 s\nb\n", "a 7 s\nb\n"))
        self.assertFalse(agrees("a\nb\n", "a\nc\n"))
        self.assertFalse(agrees("a\n", "a\nb\n"))

    def test_dots_stand_for_lines(self):
        self.assertTrue(agrees("a\n...\nd\n", "a\nb\nc\nd\n"))
        self.assertTrue(agrees("a\n...\n", "a\nb\n"))
        self.assertTrue(agrees("a\n...\nb\n", "a\nb\n"))
        self.assertFalse(agrees("a\n...\nd\n", "a\nb\nc\n"))
        self.assertFalse(agrees("a\n...\nc\nb\n", "a\nb\nc\n"))


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("GRADPROOF_PROGRAM must name the program")
    unittest.main()
