"""The collections of subjects, tests/subjects/FRAMEWORK/{right,wrong,hostile}: each subject is judged once, and what came of it is checked from each side.

A file says in its head which layer is meant ("Subject: NAME") and, where there is one, what its fault is. A test file names a framework's tables in a
Collection, derives its test case from Subjects, and has add_tests() give that a method for each file and check.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run  # noqa: E402
import schema  # noqa: E402

EVERYTHING = os.environ.get("GRADPROOF_EVERYTHING", "") != ""  # judges all subjects, replays all wrong ones, and runs all their scripts
BOUND = 120  # seconds within which a hostile subject must be through, its starts included, on processors that have more to do
CHECKS = {"hostile": ("verdict",), "wrong": ("verdict", "cause", "replay", "script"), "right": ("verdict",)}


@dataclass(frozen=True)
class Language:
    scheme: str     # of a target
    ending: str     # of a file
    comment: str    # before "Subject: NAME"
    verb: str       # what the report has a script run with
    command: tuple  # and what runs it here, in a process that knows nothing of gradproof


PYTHON = Language("py", ".py", "", "python", (sys.executable, "-I"))
JAVASCRIPT = Language("js", ".mjs", "// ", "node", (os.environ.get("GRADPROOF_NODE") or "node",))


@dataclass
class Collection:
    """A framework's subjects, and how much is done with them each time."""

    framework: str
    right: object               # the names of the right files
    causes: dict                # wrong file: what the report says of its cause
    options: dict               # kind, or kind and file where it differs: more arguments for verify
    hostile: dict = field(default_factory=dict)  # hostile file: the exit code, and what must be read in the report
    mends: dict = field(default_factory=dict)    # wrong file: what is replaced by what, after which its script must no longer show the fault
    language: Language = PYTHON
    always: tuple = ()          # arguments for verify and replay alike
    folder: str = ""            # where the subjects have to be to find their framework; left out: where they are
    patience: int = 200         # seconds for one run
    every: dict = field(default_factory=dict)    # check: of so many wrong files, in the order of their names, it is done with one
    seldom: frozenset = frozenset()              # right files that are judged with everything only
    unshown: frozenset = frozenset()             # wrong files whose fault a script has no way to show, and says so
    graphs: int = 600           # random ones, on which the framework's own operations are tried, each differentiated twice
    plain: str = ""             # around this right file's layer; left out: the first one's
    forks: object = None        # makes what runs scripts faster than processes of their own

    def __post_init__(self):
        self.source = self.original = os.path.join(ROOT, "tests", "subjects", self.framework)
        self.found, self.forked = {}, None

    def names(self, kind):
        folder, ending = os.path.join(self.original, kind), self.language.ending
        return sorted(each[:-len(ending)] for each in os.listdir(folder) if each.endswith(ending)) if os.path.isdir(folder) else []

    def file(self, kind, name):
        return os.path.join(self.source, kind, name + self.language.ending)

    def target(self, kind, name):
        with open(self.file(kind, name), encoding="utf-8") as text:
            layer = re.search(rf"^{self.language.comment}Subject: (\S+)$", text.read(), re.MULTILINE)[1]
        return f"{self.language.scheme}:{self.file(kind, name)}:{layer}"

    def is_done(self, kind, name, check):
        """Whether a check is made each time, and not with everything only. Each file has its fixed turn."""
        if EVERYTHING or kind == "hostile":
            return True
        if kind == "right":
            return name not in self.seldom
        judged = [each for place, each in enumerate(self.names("wrong")) if each in self.mends or place % self.every.get("verdict", 1) == 0]
        if name not in judged or check in ("verdict", "cause"):
            return name in judged
        share = self.every.get(check, 1)
        return check == "script" and name in self.mends or judged.index(name) % share == {"replay": 0, "script": 1}[check] % share

    def begin(self):
        """Has all subjects judged, unless single tests are named on the command line: those ask for theirs."""
        program()  # so that one sentence, and not one for each test, says that there is none
        self.work = tempfile.mkdtemp(prefix="gradproof-", dir=self.folder or None)
        if self.folder:
            self.source = os.path.join(self.work, "subjects")
            shutil.copytree(self.original, self.source)
        if self.forks and not EVERYTHING:
            self.forked = self.forks()
        # Three at a time, for each is a process that waits for another, and the hostile ones, which come first, wait for most of their time.
        self.hands = ThreadPoolExecutor(3)
        if not any(each[0] != "-" for each in sys.argv[1:]):
            every = [(kind, name) for kind in CHECKS for name in self.names(kind) if self.is_done(kind, name, "verdict")]
            for kind, name in sorted(every, key=lambda each: each not in self.options):  # The slow ones have options of their own, and come first.
                self.judging(kind, name)

    def end(self):
        self.hands.shutdown(cancel_futures=True)
        if self.forked:
            self.forked.close()
        shutil.rmtree(self.work)

    def judging(self, kind, name):
        if (kind, name) not in self.found:
            self.found[kind, name] = self.hands.submit(Judged, self, kind, name)
        return self.found[kind, name]

    def run_script(self, *arguments, cwd):
        if self.forked:
            return self.forked.run(*arguments, cwd=cwd, timeout=self.patience)
        return subprocess.run([*self.language.command, *arguments], cwd=cwd, capture_output=True, text=True, timeout=self.patience)


class Judged:
    """A subject judged, its report, and the first counterexample replayed and run as a script."""

    def __init__(self, collection, kind, name):
        self.folder = os.path.join(collection.work, kind + "-" + name)
        os.mkdir(self.folder)
        more = collection.options.get((kind, name), collection.options[kind])
        self.run = run("verify", collection.target(kind, name), *collection.always, *more, "--json", "report.json", cwd=self.folder,
                       timeout=BOUND if kind == "hostile" else collection.patience)
        self.left = leftovers(self.run.mark)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.document = schema.parse(file.read())
        self.report = self.document["reports"][0]
        if kind == "wrong" and self.report["counterexamples"]:
            first = self.report["counterexamples"][0]
            if collection.is_done(kind, name, "replay"):
                self.again = run("replay", first["replay_file"], *collection.always, cwd=self.folder, timeout=collection.patience)
            if collection.is_done(kind, name, "script"):
                self.script = collection.run_script(first["script_file"], cwd=self.folder)


class Subjects(unittest.TestCase):
    """What holds of all collections. The tests of each file are added by add_tests."""

    maxDiff = None
    dtypes = frozenset({"f16", "bf16", "f32", "f64"})  # in which a right subject is judged

    def judged(self, kind, name):
        result = self.collection.judging(kind, name).result()
        self.assertEqual(result.left, [], "processes are left over")
        self.assertEqual(list(schema.errors(result.document, schema.published("report.schema.json"))), [])
        self.assertNotIn("terminate called", result.run.err)
        self.assertEqual(result.run.code, result.report["exit_code"])
        return result

    def right_verdict(self, name):
        result = self.judged("right", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (0, "VERIFIED"), result.run.out)
        self.assertEqual({each["dtype"] for each in result.report["properties"]}, self.dtypes)
        self.assertEqual(result.report["counterexamples"], [])
        self.right_description(name, result)

    def right_description(self, name, result):
        """What a framework's reports say of its right subjects."""

    def test_the_frameworks_own_operations_are_no_fault_of_the_layer(self):
        right = self.collection.names("right")
        if not right:
            self.skipTest("a collection without a right layer")
        first = self.collection.plain or right[0]
        for dtype in sorted(self.dtypes & {"f32", "f64"}):
            with self.subTest(dtype):
                told = run("properties", "double-backward", "gradient-duals", "--subject", self.collection.target("right", first), "--dtype", dtype,
                           "--graphs", str(self.collection.graphs), "--seed", "7", *self.collection.always, cwd=self.collection.work,
                           timeout=self.collection.patience)
                self.assertEqual(told.code, 0, told.out)
                # What a framework can't differentiate twice is not applicable.
                self.assertGreater(int(re.search(r"double-backward +ok (\d+)", told.out)[1]), self.collection.graphs // 2, told.out)

    def wrong_verdict(self, name):
        result = self.judged("wrong", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (1, "NOT VERIFIED"), result.run.out)
        self.assertLessEqual(result.report["counterexamples"][0]["nodes"], 4)

    def wrong_cause(self, name):
        self.assertRegex(self.said(self.judged("wrong", name).report), self.collection.causes[name])

    def said(self, report):
        """Where the cause is read."""
        return report["diagnosis"]["cause"]

    def wrong_replay(self, name):
        result = self.judged("wrong", name)
        # Between the two is the Python or Node that this run was told to use.
        self.assertRegex(result.run.out, "replay: gradproof replay (.* )?" + re.escape(result.report["counterexamples"][0]["replay_file"]) + "\n")
        self.assertEqual(result.again.code, 1, result.again.out)

    def wrong_script(self, name):
        result = self.judged("wrong", name)
        first = result.report["counterexamples"][0]
        if name in self.collection.unshown:
            self.assertEqual(result.script.returncode, 2)
            return self.assertIn("This can't be shown without gradproof", result.script.stdout + result.script.stderr)
        # With the interpreter that judged, wherever that is.
        self.assertRegex(result.run.out, rf"script: (\S+/)?{self.collection.language.verb}[0-9.]* {re.escape(first['script_file'])}\n")
        self.assertEqual(result.script.returncode, 1, result.script.stdout + result.script.stderr)
        # A script that is no program ends with 1 as well.
        if first["worst"]["residual"] not in ("no answer", "shape"):
            self.assertIn("The fault shows.", result.script.stdout, result.script.stderr)
        if name in self.collection.mends:
            after = self.collection.run_script(first["script_file"], self.mended(name, result.folder), cwd=result.folder)
            self.assertEqual(after.returncode, 0, after.stdout + after.stderr)

    def mended(self, name, folder):
        with open(self.collection.file("wrong", name), encoding="utf-8") as source:
            text = source.read()
        for old, new in self.collection.mends[name]:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = os.path.join(folder, "mended" + self.collection.language.ending)
        with open(path, "w", encoding="utf-8") as target:
            target.write(text)
        return path

    def hostile_verdict(self, name):
        result = self.judged("hostile", name)
        code, says = self.collection.hostile[name]
        self.assertEqual(result.run.code, code, result.run.out + result.run.err)
        for words in says:
            self.assertIn(words, result.run.out)


def add_tests(case):
    """Gives a test case derived from Subjects a test for each of its collection's files and checks, and one that no file was forgotten."""
    def test_every_file_has_its_row(self):
        tables = {"right": self.collection.right, "wrong": self.collection.causes, "hostile": self.collection.hostile}
        for kind, table in tables.items():
            self.assertEqual(self.collection.names(kind), sorted(table))
        self.assertLessEqual(set(self.collection.mends), set(self.collection.causes))
        self.assertLessEqual(set(self.collection.seldom), set(self.collection.right))
    case.test_every_file_has_its_row = test_every_file_has_its_row

    for kind, checks in CHECKS.items():
        for name in case.collection.names(kind):
            for check in checks:
                if case.collection.is_done(kind, name, check):
                    setattr(case, f"test_{kind}_{name}_{check}",
                            lambda self, name=name, check=f"{kind}_{check}": getattr(self, check)(name))
