"""Reports in headless Chromium: nothing logged, nothing fetched, nothing that axe calls serious, in light, in dark and on a phone's width; tables sort
and filter by keyboard; small, and fast. Each check is shown able to fail, on a page with that fault planted in it.

GRADPROOF_WITH_BROWSER_FOLDER has playwright-core and axe-core (./dev test --with browser). GRADPROOF_SCREENSHOTS, where it is set, is a folder for
pictures of every page.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))
from program import run  # noqa: E402

FOLDER = os.environ.get("GRADPROOF_WITH_BROWSER_FOLDER", "")
NODE = os.environ.get("GRADPROOF_WITH_BROWSER_NODE", "node")
CHROMIUM = shutil.which("chromium") or ""
EXAMPLES = os.environ.get("GRADPROOF_EXAMPLES", "")
LARGEST, SLOWEST = 1_000_000, 1000  # bytes, milliseconds
SERIOUS = ("serious", "critical")


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="gradproof-browser-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        for name in ("wrong_grl.so", "right_grl.so"):
            shutil.copy(os.path.join(EXAMPLES, name), cls.folder)

    def write(self, code, *words):
        ended = run(*words, "--quiet", cwd=self.folder, timeout=300)
        self.assertEqual(ended.code, code, ended.out + ended.err)

    def text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def look(self, name, *tasks):
        plan = os.path.join(self.folder, "tasks.json")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump(tasks, file)
        pictures = os.environ.get("GRADPROOF_SCREENSHOTS", "")
        done = subprocess.run([NODE, os.path.join(HERE, "look.mjs"), FOLDER, CHROMIUM, os.path.join(self.folder, name), plan,
                               *([pictures] if pictures else [])], capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def complaints(self, name, seen):
        """What is wrong with a page, one sentence each."""
        size = os.path.getsize(os.path.join(self.folder, name))
        if size > LARGEST:
            yield f"{size} bytes"
        for mode, found in seen["modes"].items():
            for words in found["logged"]:
                yield f"{mode}: logged {words}"
            for address in found["fetched"]:
                yield f"{mode}: fetched {address}"
            for v in found["violations"]:
                if v["impact"] in SERIOUS:
                    yield f"{mode}: {v['impact']} {v['id']}: {v['nodes']}"
            if found["milliseconds"] > SLOWEST:
                yield f"{mode}: {found['milliseconds']:.0f} ms"
            if found["wider"] > 0:
                yield f"{mode}: {found['wider']} pixels wider than the screen"
            if found["ground"] != "rgb(255, 255, 255)":
                yield f"{mode}: printed on {found['ground']}"
            if "Properties and dtypes" in found["cut"]:
                yield f"{mode}: the matrix is cut"
            if found["controlsInPrint"]:
                yield f"{mode}: what filters is printed"

    def good(self, name, *tasks):
        seen = self.look(name, *tasks)
        self.assertEqual(list(self.complaints(name, seen)), [])
        return seen["tasks"]


class Reports(Pages):
    def test_a_failing_verdict(self):
        self.write(1, "verify", "so:wrong_grl.so", "--graphs", "20", "--html", "wrong.html")
        said, = self.good("wrong.html", {"table": "matrix", "column": 1, "words": "GRADIENT duals"})
        self.assertTrue(said["sortReached"] and said["filterReached"])
        self.assertEqual(said["outline"], "solid")
        self.assertEqual(said["direction"], "ascending")
        self.assertEqual(said["once"], sorted(said["once"]))
        self.assertEqual(said["twice"], sorted(said["twice"], reverse=True))
        self.assertNotEqual(said["once"], said["twice"])
        self.assertEqual(len(said["filtered"]), 2)
        self.assertTrue(all("duals" in row for row in said["filtered"]))
        self.assertRegex(said["status"], r"^2 of \d+ rows$")

    def test_several_subjects_and_a_comparison(self):
        self.write(0, "verify", "so:right_grl.so", "--graphs", "20", "--json", "right.json")
        text = self.text("right.json").replace("right_grl", "wrong_grl")
        with open(os.path.join(self.folder, "earlier.json"), "w", encoding="utf-8") as file:
            file.write(text)
        self.write(1, "verify", "so:wrong_grl.so", "so:right_grl.so", "so:" + os.path.join(self.folder, "right_grl.so"), "--graphs", "20",
                   "--compare", "earlier.json", "--html", "several.html")
        said, second = self.good("several.html", {"table": "changes", "column": 1, "words": "float32"},
                                 {"table": "s2-matrix", "column": 0, "words": "forward-bits"})
        self.assertEqual(said["once"], sorted(said["once"]))
        self.assertTrue(said["filtered"] and set(said["filtered"]) <= {"worse", "better", "new", "gone"})
        self.assertEqual(len(second["filtered"]), 1)

    def test_a_campaign(self):
        self.write(1, "campaign", "--subject", "so:wrong_grl.so", "--graphs", "400", "--block", "100", "--html", "campaign.html")
        said, = self.good("campaign.html", {"table": "matrix", "column": 1, "words": "forward-sweep"})
        self.assertEqual(len(said["filtered"]), 1)

    def test_accuracy(self):
        self.write(0, "accuracy", "--html", "accuracy.html")
        said, = self.good("accuracy.html", {"table": "parts", "column": 3, "words": "TANH d/dx"})
        numbers = [float(word) for word in said["once"]]
        self.assertEqual(said["direction"], "descending")
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual([float(word) for word in said["twice"]], sorted(numbers))
        self.assertEqual(said["filtered"], ["tanh", "tanh"])

    def test_the_pages_that_are_kept(self):
        reference = os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "reference")
        for place in ("report-example.html", os.path.join("accuracy", "pytorch.html")):
            with self.subTest(place):
                self.good(shutil.copy(os.path.join(reference, place), self.folder))

    def test_studies(self):
        with open(os.path.join(self.folder, "f.graph"), "w", encoding="utf-8") as file:
            file.write("gradproof 1\nx = input 1x3 [0.5 -1.25 2]\ne = exp x\ns = sin e\nf = sum s all\noutput f\n")
        for kind in ("steps", "precision"):
            ended = run("study", kind, "f.graph", "--html", kind + ".html", cwd=self.folder, timeout=300)
            self.assertEqual(ended.code, 0, ended.err)
            self.good(kind + ".html")
        self.write(1, "climb", "--subject", "so:wrong_grl.so", "--graphs", "500", "--html", "climb.html")
        self.good("climb.html")
        self.write(0, "study", "condition", "--html", "condition.html")
        said, = self.good("condition.html", {"table": "local", "column": 1, "words": "TANH"})
        self.assertEqual([int(n) for n in said["once"]], sorted((int(n) for n in said["once"]), reverse=True))
        self.assertEqual(said["filtered"], ["tanh"])

    def test_what_a_subject_says_is_no_markup(self):
        self.write(3, "verify", "cmd:sh -c 'echo \"<script>alert(1)</script>\" >&2; exit 3'", "--html", "said.html")
        self.good("said.html")


class Planted(Pages):
    """Pages with one fault each: the checks above see it."""
    FAULTS = {
        "fetched": ("</main>", '<img src="none.png" alt="none"></main>'),
        "logged": ("</main>", "<script>nothing.there()</script></main>"),
        "color-contrast": ("</main>", '<p style="color:#999;background:#aaa">hardly to be read</p></main>'),
        "wider": ("</main>", '<div style="width:2000px">wide</div></main>'),
        "label": ("</main>", '<input type="text"></main>'),
        "printed": ("@media print{.controls{display:none}", "@media print{.nothing{display:none}"),
        "ms": ("</main>", "<script>for(const end=performance.now()+1100;performance.now()<end;);</script></main>"),
        "printed on": ("@media screen and (prefers-color-scheme:dark)", "@media (prefers-color-scheme:dark)"),
        "cut": ("td.claim{min-width:5.3rem", "td.claim{min-width:12rem"),
        "bytes": ("</main>", "<!--" + "x" * LARGEST + "--></main>"),
    }

    def test_each_fault_is_seen(self):
        self.write(1, "verify", "so:wrong_grl.so", "--graphs", "5", "--html", "base.html")
        text = self.text("base.html")
        for fault, (old, new) in self.FAULTS.items():
            with self.subTest(fault):
                self.assertIn(old, text)
                with open(os.path.join(self.folder, "planted.html"), "w", encoding="utf-8") as file:
                    file.write(text.replace(old, new, 1))
                found = list(self.complaints("planted.html", self.look("planted.html")))
                self.assertTrue(any(fault in words for words in found), found)

    def test_a_table_that_does_not_sort_or_filter_is_seen(self):
        self.write(1, "verify", "so:wrong_grl.so", "--graphs", "5", "--html", "base.html")
        text = self.text("base.html")
        with open(os.path.join(self.folder, "dead.html"), "w", encoding="utf-8") as file:
            file.write(text.replace("addEventListener('click'", "addEventListener('none'").replace("row.hidden=!fits", "row.hidden=false"))
        said, = self.look("dead.html", {"table": "matrix", "column": 1, "words": "duals"})["tasks"]
        self.assertIsNone(said["direction"])
        self.assertNotEqual(said["once"], sorted(said["once"]))
        self.assertGreater(len(said["filtered"]), 2)


if __name__ == "__main__":
    if not FOLDER or not CHROMIUM:
        print("skipped: needs a browser (./dev test --with browser)")
        sys.exit(77)
    unittest.main()
