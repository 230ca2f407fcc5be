"""gradproof verify on layers in JavaScript: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one, and hostile ones do no harm.

    javascript_test.py FRAMEWORK

GRADPROOF_WITH_FRAMEWORK_FOLDER names a folder whose node_modules has the framework; without it the test is skipped.
GRADPROOF_WITH_FRAMEWORK_NODE names the Node to run it, and GRADPROOF_PROGRAM the program. The subjects are in tests/subjects/FRAMEWORK: each file names its layer and, where there is one, its fault. They are copied beside
node_modules, where their imports find the framework, as in a project of their author's.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run  # noqa: E402
import schema  # noqa: E402
import worked_example  # noqa: E402

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 else "tfjs"
SUBJECTS = os.path.join(ROOT, "tests", "subjects", FRAMEWORK)
FOLDER = os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_FOLDER", "")

if os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_NODE"):
    os.environ["GRADPROOF_NODE"] = os.environ[f"GRADPROOF_WITH_{FRAMEWORK.upper()}_NODE"]

# Framework: file: what the likely cause says.
CAUSES = {
    "tfjs": {
        "abs_lambda": r"\|λ\| is used",
        "clipped_cotangent": "clipped",
        "cotangent_overwritten": "belongs to the caller is written to",
        "detached": "no gradient passes",
        "first_lambda_kept": "the first λ stays",
        "integer_trip": "goes through integers",
        "lambda_gets_gradient": "λ receives a gradient",
        "lambda_ignored": "λ is ignored",
        "lambda_on_forward": "λ is applied to the forward value",
        "lambda_on_the_module": "last \\(or first\\) writer wins",
        "lambda_or_one": "λ = 0 counts as not given",
        "lambda_truncated": "truncated to an integer",
        "no_minus": "minus sign is missing",
        "returned_as_it_is": "1 - λ",
        "stop_gradient_trick": "stop-gradient trick",
        "value_for_gradient": "saved input",
    },
    # jax-js has no custom gradient, and so no right layer: stopGradient rounds, or loses what is infinite.
    "jaxjs": {
        "detached": "no gradient passes",
        "difference_trick": "NaN, infinities or overflow",
        "lambda_ignored": "λ is ignored",
        "lambda_on_forward": "λ is applied to the forward value",
        "no_minus": "minus sign is missing",
        "stop_gradient_trick": "stop-gradient trick",
        "used_up": "raises an exception",
    },
}[FRAMEWORK]

# Framework: file: the exit code, and what must be read in the report.
HOSTILE = {
    "tfjs": {
        "exits": (1, ["forward raised Exit: process.exit(3) was called"]),
        "exits_on_import": (3, ["NO SUBJECT: importing", "process.exit(2) was called"]),
        "hangs_in_backward": (1, ["no answer within 3 s"]),
        "hangs_in_forward": (1, ["no answer within 3 s"]),
        "hangs_on_import": (3, ["NO SUBJECT", "no answer within 10 s"]),
        "kills_itself": (1, ["killed by SIGKILL"]),
        "lacks_name": (3, ["has no 'GRL'", "grl"]),
        "never_resolves": (1, ["forward returned a promise"]),
        "not_a_layer": (3, ["GRL is a number", "wanted"]),
        "prints": (0, ["VERIFIED"]),
        "returns_nothing": (1, ["forward returned undefined instead of a tensor"]),
        "syntax_error": (3, ["SyntaxError", "syntax_error.mjs"]),
        "throws_in_backward": (1, ["backward raised ReferenceError: lamda is not defined", "throws_in_backward.mjs:6"]),
        "throws_in_forward": (1, ["forward raised RangeError: expected 4 dimensions"]),
        "wrong_shape": (1, ["has the shape (1, 1, 1), not (1, 1)"]),
    },
    "jaxjs": {},
}[FRAMEWORK]

# Framework: file: how λ is found to be given.
GIVEN = {
    "tfjs": {
        "custom_grad": "second argument of the function",
        "factory": "factory argument lambda",
        "lambda_as_tensor": "second argument of the function, as a tensor",
        "layer_config": "constructor argument lambda",
        "layer_set_lambda": "method setLambda",
        "options_object": "argument lambda of the function",
        "plain_object": "attribute alpha",
    },
    "jaxjs": {},
}[FRAMEWORK]

DTYPES = {"tfjs": {"f32"}, "jaxjs": {"f32", "f64"}}[FRAMEWORK]
BOUND = 60  # seconds within which a hostile subject must be through


def names(kind):
    folder = os.path.join(SUBJECTS, kind)
    return sorted(f[:-4] for f in os.listdir(folder) if f.endswith(".mjs")) if os.path.isdir(folder) else []


def target(kind, name):
    path = os.path.join(WORK, "subjects", kind, name + ".mjs")
    with open(path, encoding="utf-8") as file:
        return f"js:{path}:" + re.search(r"^// Subject: (\S+)$", file.read(), re.MULTILINE)[1]


class Judged:
    """A subject judged, its report, and the first counterexample replayed."""

    def __init__(self, kind, name):
        self.folder = os.path.join(WORK, kind + "-" + name)
        os.mkdir(self.folder)
        more = {"right": [], "wrong": ["--graphs", "20"], "hostile": ["--graphs", "5", "--timeout", "3", "--start-timeout", "10"]}[kind]
        self.run = run("verify", target(kind, name), *more, "--json", "report.json", cwd=self.folder,
                       timeout=BOUND if kind == "hostile" else 200)
        self.left = leftovers(self.run.mark)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.document = schema.parse(file.read())
        self.report = self.document["reports"][0]
        if kind == "wrong" and self.report["counterexamples"]:
            self.again = run("replay", self.report["counterexamples"][0]["replay_file"], cwd=self.folder, timeout=200)
            node = os.environ.get("GRADPROOF_NODE") or "node"
            self.script = subprocess.run([node, self.report["counterexamples"][0]["script_file"]], cwd=self.folder, capture_output=True, text=True, timeout=200)


JUDGED = {}


def setUpModule():
    global WORK, POOL
    program()  # so that one sentence, and not one for each test, says that there is none
    WORK = tempfile.mkdtemp(prefix="gradproof-", dir=FOLDER)
    shutil.copytree(SUBJECTS, os.path.join(WORK, "subjects"))
    POOL = ThreadPoolExecutor(2)  # two at a time: each is a process that waits for another
    # The slow ones first, so that the two hands end at about the same time.
    for kind in ("hostile", "wrong", "right"):
        for name in names(kind):
            JUDGED[kind, name] = POOL.submit(Judged, kind, name)


def tearDownModule():
    POOL.shutdown(cancel_futures=True)
    shutil.rmtree(WORK)


class Subjects(unittest.TestCase):
    """The tests of each file are added below."""

    maxDiff = None

    def judged(self, kind, name):
        result = JUDGED[kind, name].result()
        self.assertEqual(result.left, [], "processes are left over")
        self.assertEqual(list(schema.errors(result.document, schema.published("report.schema.json"))), [])
        self.assertNotIn("terminate called", result.run.err)
        self.assertEqual(result.run.code, result.report["exit_code"])
        return result

    def right_verdict(self, name):
        result = self.judged("right", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (0, "VERIFIED"), result.run.out)
        self.assertEqual({t["dtype"] for t in result.report["properties"]}, DTYPES)
        self.assertEqual(result.report["counterexamples"], [])
        self.assertEqual(result.report["subject"]["lambda"], GIVEN[name])

    def wrong_verdict(self, name):
        result = self.judged("wrong", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (1, "NOT VERIFIED"), result.run.out)
        self.assertLessEqual(result.report["counterexamples"][0]["nodes"], 4)

    def wrong_cause(self, name):
        self.assertRegex(self.judged("wrong", name).report["diagnosis"]["cause"], CAUSES[name])

    def wrong_replay(self, name):
        result = self.judged("wrong", name)
        self.assertEqual(result.again.code, 1, result.again.out)

    def wrong_script(self, name):
        result = self.judged("wrong", name)
        file = result.report["counterexamples"][0]["script_file"]
        self.assertIn("script: node " + file, result.run.out)
        self.assertEqual(result.script.returncode, 1, result.script.stdout + result.script.stderr)
        # A script that is no program ends with 1 as well.
        if result.report["counterexamples"][0]["worst"]["residual"] not in ("no answer", "shape"):
            self.assertIn("The fault shows.", result.script.stdout, result.script.stderr)
        if FRAMEWORK == "tfjs" and name == "no_minus":
            with open(os.path.join(WORK, "subjects", "wrong", name + ".mjs"), encoding="utf-8") as source:
                text = source.read()
            self.assertIn("dy.mul(lambda)", text)
            with open(os.path.join(WORK, "subjects", "mended.mjs"), "w", encoding="utf-8") as mended:
                mended.write(text.replace("dy.mul(lambda)", "dy.mul(-lambda)"))
            after = subprocess.run([*result.script.args, mended.name], cwd=result.folder, capture_output=True, text=True, timeout=200)
            self.assertEqual(after.returncode, 0, after.stdout + after.stderr)

    def hostile_verdict(self, name):
        result = self.judged("hostile", name)
        code, says = HOSTILE[name]
        self.assertEqual(result.run.code, code, result.run.out + result.run.err)
        for words in says:
            self.assertIn(words, result.run.out)

    def test_every_file_has_its_row(self):
        self.assertEqual(names("wrong"), sorted(CAUSES))
        self.assertEqual(names("hostile"), sorted(HOSTILE))
        self.assertEqual(names("right"), sorted(GIVEN))


def add_tests():
    for kind, checks in (("hostile", ["verdict"]), ("wrong", ["verdict", "cause", "replay", "script"]), ("right", ["verdict"])):
        for name in names(kind):
            for check in checks:
                def test(self, kind=kind, name=name, check=check):
                    getattr(self, f"{kind}_{check}")(name)
                setattr(Subjects, f"test_{kind}_{name}_{check}", test)


add_tests()


class WhatIsMissing(unittest.TestCase):
    """A Node or a framework that is not there is said with its remedy."""

    def judged(self, file, *more, **changes):
        ended = run("verify", f"js:{file}:layer", *more, cwd=WORK, timeout=100, **changes)
        self.assertEqual(ended.code, 3, ended.out + ended.err)
        return ended.out

    def test_no_node(self):
        out = self.judged(target(*FIRST)[3:].rpartition(":")[0], "--node", "no-such-node")
        self.assertIn('no such command on PATH; install Node 18 or later, or name it with --node or GRADPROOF_NODE', out)

    def test_no_framework(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            file = os.path.join(elsewhere, "layer.mjs")
            with open(file, "w", encoding="utf-8") as text:
                text.write("export const layer = (x, lambda) => x;\n")
            self.assertIn("neither its folder nor one above has a node_modules with @tensorflow/tfjs", self.judged(file))

    def test_no_adapter(self):
        out = self.judged(target(*FIRST)[3:].rpartition(":")[0], GRADPROOF_ADAPTERS=WORK)
        self.assertIn("there is no JavaScript adapter in", out)

    def test_doctor_names_the_node_and_the_framework(self):
        ended = run("doctor", cwd=WORK, timeout=100)
        self.assertRegex(ended.out, r"node +v\d+\.\d+")
        self.assertRegex(ended.out, {"tfjs": r"@tensorflow/tfjs +4\.22\.0", "jaxjs": r"@jax-js/jax +0\.1\.25"}[FRAMEWORK])


FIRST = ("right" if names("right") else "wrong", (names("right") or names("wrong"))[0])


class WorkedExample(unittest.TestCase):
    """The gradient of sum(X W1) with respect to W1 behind the first layer, which is right where the framework lets one be."""

    def test_gradproof_agrees_with_the_framework(self):
        with open(os.path.join(WORK, "worked.graph"), "w", encoding="utf-8") as file:
            file.write("@dtype f32\n" + worked_example.GRAPH)
        ended = run("replay", "worked.graph", "--property", "gradient-duals", "--subject", target(*FIRST), cwd=WORK, timeout=200)
        self.assertEqual(ended.code, 0 if FIRST[0] == "right" else 1, ended.out)


if __name__ == "__main__":
    if not FOLDER:
        print(f"skipped: no folder with {FRAMEWORK}; run ./dev test --with {FRAMEWORK}")
        sys.exit(77)
    unittest.main()
