"""gradproof verify on layers in JavaScript: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one, and hostile ones do no harm.

    javascript_test.py FRAMEWORK

GRADPROOF_WITH_FRAMEWORK_FOLDER names a folder whose node_modules has the framework; without it the test is skipped.
GRADPROOF_WITH_FRAMEWORK_NODE names the Node to run it, and GRADPROOF_PROGRAM the program. The subjects are in tests/subjects/FRAMEWORK: each file names
its layer and, where there is one, its fault. They are copied beside node_modules, where their imports find the framework, as in a project of their
author's.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in ("tfjs", "jaxjs") else "tfjs"
FOLDER = os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_FOLDER", "")
if os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_NODE"):
    os.environ["GRADPROOF_NODE"] = os.environ[f"GRADPROOF_WITH_{FRAMEWORK.upper()}_NODE"]

import collection  # noqa: E402
from collection import run  # noqa: E402
import worked_example  # noqa: E402

# Framework: file: what the likely cause says.
CAUSES = {
    "tfjs": {
        "abs_lambda": r"\|λ\| is used",
        "clipped_cotangent": "clipped",
        "cotangent_disposed": "incoming gradient \\(dy\\) is disposed of",
        "cotangent_overwritten": "belongs to the caller is written to",
        "detached": "no gradient passes",
        "first_lambda_kept": "the first λ stays",
        "gradient_for_the_lambda_tensor": "λ receives a gradient",
        "input_disposed_in_backward": "the input is disposed of",
        "input_disposed_in_forward": "the input is disposed of",
        "integer_trip": "goes through integers",
        "lambda_gets_gradient": "λ receives a gradient",
        "lambda_ignored": "λ is ignored",
        "lambda_on_forward": "λ is applied to the forward value",
        "lambda_on_the_module": "last \\(or first\\) writer wins",
        "lambda_or_one": "λ = 0 counts as not given",
        "lambda_truncated": "truncated to an integer",
        "mean_subtracted_from_nine_on": "larger tensors only.*mean of the gradient is subtracted",
        "memo_of_rounded_lambda": "near to an earlier one.*memo",
        "no_minus": "minus sign is missing",
        "returned_as_it_is": "1 - λ",
        "rounded_to_six_decimals": "gradient is rounded to 6 decimals",
        "stop_gradient_trick": "stop-gradient trick",
        "value_for_gradient": "saved input",
        "vector_averaged": "mean of the vector of λ",
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
        "hangs_in_backward": (1, ["no answer within 1 s"]),
        "hangs_in_forward": (1, ["no answer within 1 s"]),
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
        "given_the_factor": "second argument of the function, as the factor -λ itself",
        "lambda_as_tensor": "second argument of the function, as a tensor",
        "layer_config": "constructor argument lambda",
        "layer_set_lambda": "method setLambda",
        "options_object": "argument lambda of the function",
        "plain_object": "attribute alpha",
        "strength_for_each_row": "second argument of the function",
    },
    "jaxjs": {},
}[FRAMEWORK]

MENDS = {"tfjs": {"no_minus": [("dy.mul(lambda)", "dy.mul(-lambda)")]}, "jaxjs": {}}[FRAMEWORK]

OPTIONS = {"right": [], "wrong": ["--graphs", "5" if FRAMEWORK == "tfjs" else "20"], "hostile": ["--graphs", "5", "--timeout", "3"]}
OPTIONS["hostile", "hangs_on_import"] = [*OPTIONS["hostile"], "--start-timeout", "10"]
# They keep a processor busy until they are given up, several times.
OPTIONS.update((("hostile", name), ["--graphs", "5", "--timeout", "1"]) for name in ("hangs_in_backward", "hangs_in_forward"))

COLLECTION = collection.Collection(FRAMEWORK, right=GIVEN, causes=CAUSES, hostile=HOSTILE, mends=MENDS, options=OPTIONS, folder=FOLDER,
                                   language=collection.JAVASCRIPT, unshown=frozenset({"gradient_for_the_lambda_tensor"}),
                                   every={"tfjs": {"verdict": 2, "replay": 2, "script": 2}, "jaxjs": {}}[FRAMEWORK])
setUpModule, tearDownModule = COLLECTION.begin, COLLECTION.end


class Subjects(collection.Subjects):
    collection = COLLECTION
    dtypes = {"tfjs": {"f32"}, "jaxjs": {"f32", "f64"}}[FRAMEWORK]

    def right_description(self, name, result):
        self.assertEqual(result.report["subject"]["lambda"], GIVEN[name])


collection.add_tests(Subjects)


class WhatIsMissing(unittest.TestCase):
    """A Node or a framework that is not there is said with its remedy."""

    def judged(self, file, *more, **changes):
        ended = run("verify", f"js:{file}:layer", *more, cwd=COLLECTION.work, timeout=100, **changes)
        self.assertEqual(ended.code, 3, ended.out + ended.err)
        return ended.out

    def test_no_node(self):
        out = self.judged(COLLECTION.target(*FIRST)[3:].rpartition(":")[0], "--node", "no-such-node")
        self.assertIn('no such command on PATH; install Node 18 or later, or name it with --node or GRADPROOF_NODE', out)

    def test_no_framework(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            file = os.path.join(elsewhere, "layer.mjs")
            with open(file, "w", encoding="utf-8") as text:
                text.write("export const layer = (x, lambda) => x;\n")
            self.assertIn("neither its folder nor one above has a node_modules with @tensorflow/tfjs", self.judged(file))

    def test_no_adapter(self):
        out = self.judged(COLLECTION.target(*FIRST)[3:].rpartition(":")[0], GRADPROOF_ADAPTERS=COLLECTION.work)
        self.assertIn("there is no JavaScript adapter in", out)

    def test_doctor_names_the_node_and_the_framework(self):
        ended = run("doctor", cwd=COLLECTION.work, timeout=100)
        self.assertRegex(ended.out, r"node +v\d+\.\d+")
        self.assertRegex(ended.out, {"tfjs": r"@tensorflow/tfjs +4\.22\.0", "jaxjs": r"@jax-js/jax +0\.1\.25"}[FRAMEWORK])


FIRST = ("right" if COLLECTION.names("right") else "wrong", (COLLECTION.names("right") or COLLECTION.names("wrong"))[0])


@unittest.skipUnless(FRAMEWORK == "tfjs", "the page tells of TensorFlow.js")
class AccuracyPage(unittest.TestCase):
    """docs/reference/accuracy/README.md shows a fault of the framework in the framework's own code."""

    def test_the_framework_has_the_fault_that_the_page_tells_of(self):
        with open(os.path.join(collection.ROOT, "docs", "reference", "accuracy", "README.md"), encoding="utf-8") as page:
            code, told = re.search(r"^```js .*?\n(.*?)^```\n\nIt prints (.*?)\.\n", page.read(), re.MULTILINE | re.DOTALL).groups()
        with open(os.path.join(COLLECTION.work, "page.mjs"), "w", encoding="utf-8") as file:
            file.write(code)
        ended = subprocess.run([*collection.JAVASCRIPT.command, "page.mjs"], cwd=COLLECTION.work, capture_output=True, text=True, timeout=200)
        self.assertEqual(ended.stdout.strip().splitlines()[-1:], [told], ended.stderr)


class WorkedExample(unittest.TestCase):
    """The gradient of sum(X W1) with respect to W1 behind the first layer, which is right where the framework lets one be."""

    def test_gradproof_agrees_with_the_framework(self):
        with open(os.path.join(COLLECTION.work, "worked.graph"), "w", encoding="utf-8") as file:
            file.write("@dtype f32\n" + worked_example.GRAPH)
        ended = run("replay", "worked.graph", "--property", "gradient-duals", "--subject", COLLECTION.target(*FIRST), cwd=COLLECTION.work, timeout=200)
        self.assertEqual(ended.code, 0 if FIRST[0] == "right" else 1, ended.out)


if __name__ == "__main__":
    if not FOLDER:
        print(f"skipped: no folder with {FRAMEWORK}; run ./dev test --with {FRAMEWORK}")
        sys.exit(77)
    unittest.main()
